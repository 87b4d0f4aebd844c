"""What may be chosen when a survey is prepared: questionnaires, dimensions, time zones."""

from functools import lru_cache
from zoneinfo import available_timezones

from survey.language import mark
from survey.questionnaire.definition import Questionnaire, Scale
from survey.questionnaire.shipped import find, shipped_ids
from survey.report.words import text
from survey.services.draft_settings import DEFAULT

COMMON_ZONES = (
    "Europe/Berlin Europe/London Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam"
    " Europe/Zurich Europe/Vienna Europe/Stockholm Europe/Warsaw Europe/Athens Europe/Istanbul"
    " America/New_York America/Chicago America/Denver America/Los_Angeles America/Toronto"
    " America/Sao_Paulo Africa/Johannesburg Asia/Dubai Asia/Kolkata Asia/Singapore Asia/Shanghai"
    " Asia/Tokyo Australia/Sydney UTC"
).split()
CALLED = {"environment": mark("The whole questionnaire"), "climate": mark("The short one")}
"""How the shipped questionnaires are told apart: their titles, which people read, are alike."""


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of all time zones, the common ones first."""
    known = available_timezones()
    common = [zone for zone in COMMON_ZONES if zone in known]
    return (*common, *sorted(known.difference(common)))


@lru_cache(maxsize=1)
def questionnaires() -> tuple[Questionnaire, ...]:
    """Return the shipped questionnaires, the usual one first."""
    return tuple(find(name) for name in sorted(shipped_ids(), key=lambda name: name != DEFAULT))


def dimensions(asked: Questionnaire) -> list[tuple[Scale, list[str]]]:
    """Return each dimension with the common practices that hang on it."""
    found = {one.id: one for shipped in questionnaires() for one in shipped.practices}
    practices = {**found, **{one.id: one for one in asked.practices}}.values()
    return [
        (scale, [text(one.label) for one in practices if scale.id in one.critical])
        for scale in asked.dimensions
    ]
