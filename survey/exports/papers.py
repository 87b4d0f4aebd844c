"""The papers that go with a survey: agreement, privacy notice, record of processing, pledge.

They are templates (`templates/papers`), filled from the settings of a survey; what no setting tells
stays a visible blank. Here belongs filling them in, in each language. They are models, no legal
advice, and say so at their top.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey.ballots.sealing import BOX_SIZE
from survey.exports.markdown import as_text
from survey.language import day, mark, speaking
from survey.questionnaire.shipped import shipped_folder
from survey.services.promises.settings import Settings, listed
from survey.services.surveys import SurveyView

Language = Literal["en", "de"]


@dataclass(frozen=True)
class Paper:
    """A document that can be made for every survey; its names by language, and what it is for."""

    key: str
    names: dict[Language, str]
    purpose: str


PAPERS = (
    Paper(
        "agreement",
        {"en": mark("Works agreement"), "de": "Betriebsvereinbarung"},
        mark(
            "Between employer and works council: what is forbidden, who holds codes, who sees what."
        ),
    ),
    Paper(
        "privacy",
        {"en": mark("Privacy notice"), "de": "Datenschutzhinweise"},
        mark("For everybody who is asked (Art. 13 GDPR)."),
    ),
    Paper(
        "record",
        {"en": mark("Record of processing"), "de": "Verzeichnis der Verarbeitungstätigkeit"},
        mark("For the controller’s files (Art. 30 GDPR)."),
    ),
    Paper(
        "pledge",
        {"en": mark("Sponsor’s pledge"), "de": "Zusage der Auftraggeberin oder des Auftraggebers"},
        mark("No use for appraisal, bonus or dismissal: to be signed and shown."),
    ),
)
LANGUAGES: dict[Language, str] = {"en": "English", "de": "Deutsch"}


class Ready(str):
    """A piece of Markdown of our own, which is put in as it is."""

    __slots__ = ()


def render_paper(key: str, language: Language, view: SurveyView, told: Settings) -> str:
    """Return a paper as Markdown, filled in for one survey.

    Parameters
    ----------
    key, language
        Which of `PAPERS`, in which of `LANGUAGES`.
    view, told
        The survey, and the settings that decide what may be promised of it.
    """
    template = _environment().get_template(f"papers/{key}.{language}.md.j2")
    with speaking(language):
        return template.render(
            view=view,
            told=told,
            early=view.closable_from < view.ends_at,
            groups="; ".join(f"{unit.name}: {unit.asked}" for unit in view.units if unit.asked),
            when=_clock(language, view.timezone),
            on=day,
            listed=listed,
            blank=_blank(language),
            box_size=BOX_SIZE,
        )


@cache
def _environment() -> Environment:
    """Everything that is put in is taken as text of somebody's, unless it is `Ready`."""
    return Environment(  # noqa: S701 -- makes Markdown; HTML is made from it with escaping
        loader=FileSystemLoader(shipped_folder("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, Ready) else as_text(str(value)),
    )


def _blank(language: Language) -> Callable[[str], Ready]:
    to_be_filled = {"en": "to be filled in by", "de": "auszufüllen durch"}[language]
    return lambda whom: Ready(f"________ ({to_be_filled} {whom})")


def _clock(language: Language, timezone: str) -> Callable[[datetime], str]:
    clock = {"en": "", "de": " Uhr"}[language]

    def when(moment: datetime) -> str:
        there = moment.astimezone(ZoneInfo(timezone))
        return f"{day(there)}, {there:%H:%M}{clock} ({timezone})"

    return when


def paper(key: str) -> Paper | None:
    """Return one of `PAPERS`."""
    return next((one for one in PAPERS if one.key == key), None)


def language(code: str) -> Language | None:
    """Return one of `LANGUAGES`."""
    return next((known for known in LANGUAGES if known == code), None)
