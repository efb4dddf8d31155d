"""Other people's models and figures as they were published, quirks included and named.

Nothing in here feeds a model of OpenDome; it stands beside it.
"""
