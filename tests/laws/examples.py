"""How many examples a law gets: the same few with every change, many new ones at night."""

from hypothesis import settings

AT_NIGHT = 4  # times as many, with the profile ``search``


def examples(few: int) -> settings:
    """Settings of a law; only the profile of every change draws the same examples each time."""
    is_night = not settings.default.derandomize
    return settings(max_examples=few * AT_NIGHT if is_night else few)
