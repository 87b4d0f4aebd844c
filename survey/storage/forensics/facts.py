"""What the tables hold, counted in one pass: of each survey its boxes, codes and released rows.

Works on the rows as they are stored, from either engine. No box is opened; it is only asked whether
a box looks as sealed answers must.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

import numpy as np
import sqlalchemy as sa

from survey.storage.forensics.pages import Damaged
from survey.storage.models import BOX_SIZE, Amendment, Base, Moment, Survey, Words

NAME_SIZE = 32
OWN_KEY = 32
"""Every box begins with a key of its own; two that begin alike were not sealed by this program."""
ZEROS = bytes(8)
FAR_FROM_CHANCE = 420
"""Chi-squared of 8192 bytes over 256 values: 255 on average, above 420 not once in 10^9 boxes."""
Record = Mapping[str, Any]


class Rows(Protocol):
    """Whatever yields the rows of a table."""

    def rows(self, table: str) -> Iterator[Record]:
        """Yield the rows of a table as they are stored."""


@dataclass
class Boxes:
    """The sealed answers of one survey."""

    units: Counter[str] = field(default_factory=Counter)
    odd_size: int = 0
    odd_name: int = 0
    plain: int = 0
    twice: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return self.units.total()


@dataclass
class Counted:
    """What is stored of every survey."""

    surveys: tuple[Survey, ...] = ()
    units: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    boxes: Mapping[str, Boxes] = field(default_factory=dict)
    codes: Mapping[str, Counter[str]] = field(default_factory=dict)
    participation: Counter[str] = field(default_factory=Counter)
    receipts: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    comments: Counter[str] = field(default_factory=Counter)
    changes: Mapping[str, tuple[Amendment, ...]] = field(default_factory=dict)
    """Of each survey, what was changed while it was open."""
    commitments: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    accounts: int = 0
    handed: int = 0
    """Accounts of which it is kept who asked them in, or saw the link to their password."""
    helped: int = 0
    """Lines of what somebody else did to the way in to an account."""
    sessions: int = 0
    mailed: Counter[str] = field(default_factory=Counter)
    """Survey -> mails with a code that are not sent, or not surely."""
    going_out: int = 0
    """Of these, those that a mailing is sending at this time."""
    letters: Counter[str] = field(default_factory=Counter)
    """Survey -> mails that are not sent; "" of no survey."""
    invited: Counter[str] = field(default_factory=Counter)
    people: int = 0
    """Lines of clients' rosters."""
    clients: int = 0
    drafts: int = 0
    views: int = 0
    """Lines of the log of who opened which report."""


def count(evidence: Rows) -> Counted:
    """Read every table once; a damaged page ends that table, and is told with the pages."""
    units: dict[str, list[Record]] = {}
    for row in _whole(evidence, "unit"):
        units.setdefault(row["survey"], []).append(row)
    codes: dict[str, Counter[str]] = {}
    for row in _whole(evidence, "credential"):
        codes.setdefault(str(row["survey"]), Counter())[str(row["unit"])] += 1
    return Counted(
        surveys=tuple(filter(None, map(survey_of, _whole(evidence, "survey")))),
        units={name: tuple(sorted(rows, key=_place)) for name, rows in units.items()},
        boxes=count_boxes(_whole(evidence, "box")),
        codes=codes,
        participation=_per_survey(evidence, "participation"),
        receipts=_per_survey(evidence, "closing_receipt"),
        figures=Counter(
            str(row["survey"])
            for row in _whole(evidence, "released_figure")
            if row["value"] is not None
        ),
        comments=_per_survey(evidence, "released_comment"),
        changes=_changes(evidence),
        commitments=_per_survey(evidence, "commitment"),
        outcomes=_per_survey(evidence, "adoption"),
        accounts=sum(1 for _ in _whole(evidence, "account")),
        handed=sum(1 for row in _whole(evidence, "account") if row["asked_by"] or row["handed_by"]),
        helped=sum(1 for _ in _whole(evidence, "account_help")),
        sessions=sum(1 for _ in _whole(evidence, "login_session")),
        mailed=Counter(
            str(row["survey"]) for row in _whole(evidence, "letter") if row["code"] is not None
        ),
        going_out=_going_out(evidence),
        letters=Counter(str(row["survey"] or "") for row in _whole(evidence, "letter")),
        invited=_per_survey(evidence, "invitee"),
        people=sum(1 for _ in _whole(evidence, "person")),
        clients=sum(1 for _ in _whole(evidence, "client")),
        drafts=sum(1 for _ in _whole(evidence, "draft")),
        views=sum(1 for _ in _whole(evidence, "report_view")),
    )


def count_boxes(rows: Iterable[Record]) -> Mapping[str, Boxes]:
    """Count the boxes of each survey, and those that do not look as sealed answers must."""
    found: dict[str, Boxes] = {}
    seen = set[bytes]()
    for row in rows:
        boxes = found.setdefault(str(row["survey"]), Boxes())
        boxes.units[str(row["unit"])] += 1
        sealed, name = _bytes(row["sealed"]), _bytes(row["nullifier"])
        boxes.odd_size += len(sealed) != BOX_SIZE
        boxes.odd_name += len(name) != NAME_SIZE
        boxes.plain += not looks_sealed(sealed)
        boxes.twice += sealed[:OWN_KEY] in seen
        seen.add(sealed[:OWN_KEY])
    return found


def looks_sealed(sealed: bytes) -> bool:
    """Say whether bytes are as mixed as ciphertext is: no run of zeros, every value as often."""
    if not sealed or ZEROS in sealed:
        return False
    counts = np.bincount(np.frombuffer(sealed, dtype=np.uint8), minlength=256)
    expected = len(sealed) / 256
    return float(((counts - expected) ** 2 / expected).sum()) < FAR_FROM_CHANCE


def survey_of(record: Record) -> Survey | None:
    """Return the survey of a stored row; None where the row is none."""
    values = _values(Survey, record)
    return None if values is None else Survey(**values)


def _changes(evidence: Rows) -> Mapping[str, tuple[Amendment, ...]]:
    found: dict[str, list[Amendment]] = {}
    for values in (_values(Amendment, row) for row in _whole(evidence, "amendment")):
        if values is not None:
            found.setdefault(values["survey"], []).append(Amendment(**values))
    return {name: tuple(sorted(rows, key=lambda r: r.number)) for name, rows in found.items()}


def _going_out(evidence: Rows) -> int:
    """Count the mails with a code that go out by themselves: of no other must anybody decide."""
    going = {
        (row["survey"], row["number"])
        for row in _whole(evidence, "mailing")
        if row["state"] == "going"
    }
    return sum(
        row["code"] is not None
        and row["state"] in ("waiting", "sending")
        and (row["survey"], row["mailing"]) in going
        for row in _whole(evidence, "letter")
    )


def _values(table: type[Base], record: Record) -> dict[str, Any] | None:
    """Return what a stored row holds, by column; None where it is no row of that table."""
    columns = table.__table__.columns
    try:
        return {column.name: _typed(column.type, record[column.name]) for column in columns}
    except (KeyError, TypeError, ValueError):
        return None


def _typed(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Words):
        return tuple(json.loads(value))
    if isinstance(kind, Moment) and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(kind, sa.Date) and isinstance(value, str):
        return date.fromisoformat(value)
    return bytes(value) if isinstance(value, memoryview) else value


def _whole(evidence: Rows, table: str) -> Iterator[Record]:
    try:
        yield from evidence.rows(table)
    except Damaged:
        return


def _per_survey(evidence: Rows, table: str) -> Counter[str]:
    return Counter(str(row["survey"]) for row in _whole(evidence, table))


def _place(row: Record) -> int:
    return int(row["place"] or 0)


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value or b"")
