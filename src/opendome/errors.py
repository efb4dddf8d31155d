"""The four errors of OpenDome. Each message is a sentence: where, what value, what is allowed."""


class OpenDomeError(Exception):
    """Base of every error that OpenDome raises on purpose; its text is meant for people."""


class ScenarioError(OpenDomeError):
    """What the user wrote cannot be run; the text starts with the file and the key path."""


class ModelRangeError(OpenDomeError):
    """A model was asked outside the range in which it holds."""


class RecordError(OpenDomeError):
    """A result folder is missing, incomplete, or was written by something else."""
