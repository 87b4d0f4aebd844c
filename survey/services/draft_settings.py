"""What was filled in so far of a survey that is being prepared, and how it is kept.

Here belong the fields of a draft as people typed them, also half of a word and what is wrong: a
draft that kept only what is right would lose the rest. What becomes of them stands in `preparing`,
where drafts lie in `drafts`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

VERSION = 1
DEFAULT = "environment"
"""The questionnaire that a draft begins with."""
STEP_FIELDS: Mapping[str, tuple[str, ...]] = {
    "questions": ("title", "questionnaire", "comments", "masked"),
    "practice": ("practice", "unplanned", "critical"),
    "people": ("joins", "by_mail", "spare"),
    "dates": (
        *("ends", "timezone", "closable_from", "results_on", "least"),
        *("scheme", "holder_1", "holder_2", "holder_3", "mails_from"),
    ),
    "answering": (
        *("organiser", "help_contact", "harm_role"),
        *("controller", "controller_contact", "privacy_notice"),
        *("sponsor", "introduction"),
    ),
}
"""Step -> the fields that its page shows."""


@dataclass(frozen=True)
class JoinedUnits:
    """Units of the client whose people answer together; the name may be empty."""

    units: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class SavedBy:
    """Who saved a page last, and when."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Settings:
    """Everything filled in so far. Texts are kept as they were typed."""

    title: str = ""
    questionnaire: str = DEFAULT
    questionnaire_text: str = ""
    """Text of an earlier wave's questionnaire; empty: today's file of `questionnaire`."""
    comments: bool = True
    practice: str = ""
    unplanned: bool = False
    """Whether nothing in particular is planned, so that no practice is missing."""
    critical: tuple[str, ...] = ()
    joins: tuple[JoinedUnits, ...] = ()
    by_mail: tuple[str, ...] = ()
    """Ids of the survey's units whose people get mails; of those that are gone, none."""
    spare: str = "1"
    ends: str = ""
    timezone: str = ""
    closable_from: str = ""
    results_on: str = ""
    least: str = "5"
    scheme: str = "one of two"
    holder_1: str = ""
    holder_2: str = ""
    holder_3: str = ""
    mails_from: str = ""
    """When invitations begin to go out; empty: at once."""
    organiser: str = ""
    help_contact: str = ""
    harm_role: str = ""
    controller: str = ""
    controller_contact: str = ""
    privacy_notice: str = ""
    sponsor: str = ""
    introduction: str = ""
    masked: str = ""
    previous: str | None = None
    """The earlier wave."""
    saved: Mapping[str, SavedBy] = field(default_factory=dict)
    """By step."""
    rehearsal_codes: tuple[tuple[str, str], ...] = ()
    """Name of a group and its test code, while a rehearsal goes on."""
    rehearsing: str = ""
    """Digest of what the rehearsal that goes on shows."""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """What another version of this program has written; it is kept."""


def to_json(settings: Settings) -> str:
    """Return settings as they are kept."""
    told: dict[str, Any] = {
        one.name: getattr(settings, one.name)
        for one in fields(Settings)
        if one.name not in ("unknown", "joins", "saved")
    }
    joins = [{"units": list(join.units), "name": join.name} for join in settings.joins]
    saved = {step: [by.name, by.at.isoformat()] for step, by in settings.saved.items()}
    whole = {**settings.unknown, **told, "joins": joins, "saved": saved, "version": VERSION}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Settings:
    """Return the settings that were kept; what cannot be one has its usual value instead."""
    told = json.loads(text)
    known = {one.name for one in fields(Settings)} - {"unknown"}
    found = {name: value for name, value in told.items() if name in known}
    usual = Settings()
    values = {name: _read(name, value, getattr(usual, name)) for name, value in found.items()}
    unknown = {k: v for k, v in told.items() if k not in known | {"version"}}
    return replace(usual, **values, unknown=unknown)


def _read(name: str, value: Any, usual: Any) -> Any:
    special = {"joins": _joins, "saved": _saved, "rehearsal_codes": _pairs}
    if name in special:
        return special[name](value)
    if name == "previous":
        return value if isinstance(value, str) else None
    if isinstance(usual, tuple):
        return tuple(one for one in _list(value) if isinstance(one, str))
    return value if isinstance(value, type(usual)) else usual


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joins(value: Any) -> tuple[JoinedUnits, ...]:
    told = [one for one in _list(value) if isinstance(one, dict)]
    return tuple(
        JoinedUnits(tuple(map(str, _list(one.get("units")))), str(one.get("name", "")))
        for one in told
    )


def _saved(value: Any) -> dict[str, SavedBy]:
    told = value.items() if isinstance(value, dict) else ()
    found = {}
    for step, by in told:
        try:
            name, at = by
            found[step] = SavedBy(str(name), datetime.fromisoformat(at))
        except (TypeError, ValueError):
            continue
    return found


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(one[0]), str(one[1])) for one in _list(value) if len(_list(one)) == 2)


def mark_of(value: object) -> str:
    """Return a short mark of a field's value: two that differ have different marks."""
    told = json.dumps(value, ensure_ascii=False, default=vars, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def marks_of(settings: Settings, names: Iterable[str]) -> dict[str, str]:
    """Return the mark of each of some fields, as a page carries them to tell what it was shown."""
    return {name: mark_of(getattr(settings, name)) for name in names}
