"""The title of a survey: as it is said in a language, and which wave of a survey it names."""

import re
from collections.abc import Mapping

from survey.language import gettext as _
from survey.language import speaking

WAVE = re.compile(r"(.+), (?:wave|Welle) ([0-9]{1,3})")
"""A title that names its wave as `title_of_wave` does, in each language of this program."""
SAYS_WAVE = re.compile(r", (?:(?:wave|Welle) \w+|\w+ (?:wave|Welle))$")
"""How titles end that name a wave, such as “, first wave”."""


def title_in(title: str, own: Mapping[str, str], language: str) -> str:
    """Return a title as people who read a language see it.

    The questionnaire's `own` title is there in each of its languages, with the wave behind it;
    what somebody wrote is there once.
    """
    named = WAVE.fullmatch(title)
    plain = named[1] if named else title
    if plain not in own.values() or language not in own:
        return title
    if not named:
        return own[language]
    with speaking(language):
        return _wave(own[language], int(named[2]))


def title_of_wave(title: str, number: int) -> str:
    """Return what a wave is called, from the title of any wave of the same survey."""
    return _wave(SAYS_WAVE.sub("", title), number)


def _wave(title: str, number: int) -> str:
    return _("{title}, wave {number}", title=title, number=number)
