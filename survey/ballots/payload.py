"""How one response is packed into the plaintext of a box, and many are unpacked at once.

Here belong packing, unpacking and the check of what a person sent. Where
it all lies stands in `layout`, sealing in `sealing`.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from survey.ballots.layout import (
    ANSWERS_AT,
    LENGTH_SIZE,
    MAX_COMMENT,
    SLOT_SIZE,
    TEXT_SIZE,
    UNIT_AT,
    VERSION,
    Layout,
)
from survey.ballots.sealing import PLAIN_SIZE
from survey.errors import UserError
from survey.language import gettext as _
from survey.scoring import Answers

_JOINERS = "\u200c\u200d"
"""Letters of some languages, and some emoji, need these two; every other format character goes."""

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


class AnswerRefused(UserError):
    """Your answers were not sent yet. {question}: {what}"""


@dataclass(frozen=True)
class Response:
    """What one person sent. An absent key means: not answered."""

    answers: Mapping[str, int] = field(default_factory=dict)
    tenure: str | None = None
    picks: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)


def pack(layout: Layout, unit: int, response: Response) -> bytes:
    """Check a response and return its plaintext: always `PLAIN_SIZE` bytes.

    Parameters
    ----------
    layout
        Of the questionnaire that the survey asks.
    unit
        The place of the person's unit in the roster.
    response
        As sent. Comments are normalised (NFC) and lose control and format characters.

    Raises
    ------
    AnswerRefused
        Where something was sent that the questionnaire does not ask or allow.
    """
    plain = bytearray(PLAIN_SIZE)
    plain[0] = VERSION
    plain[UNIT_AT:ANSWERS_AT] = unit.to_bytes(2, "big")
    for column, value in _checked_answers(layout, response.answers).items():
        plain[ANSWERS_AT + layout.columns.index(column)] = value
    plain[layout.tenure_at] = _tenure_byte(layout, response.tenure)
    for option in _checked_picks(layout, response.picks):
        place = layout.options.index(option)
        plain[layout.picks_at + place // 8] |= 1 << place % 8
    for question, text in _checked_comments(layout, response.comments).items():
        at = layout.comments_at + SLOT_SIZE * layout.questions.index(question)
        written = text.encode()
        plain[at : at + LENGTH_SIZE + len(written)] = len(written).to_bytes(2, "big") + written
    return bytes(plain)


def _checked_answers(layout: Layout, answers: Mapping[str, int]) -> Mapping[str, int]:
    ranges = dict(zip(layout.columns, layout.ranges, strict=True))
    for column, value in answers.items():
        if column not in ranges:
            raise AnswerRefused(question=_shown(column), what=_("this survey does not ask that."))
        lo, hi = ranges[column]
        if type(value) is not int or not lo <= value <= hi:
            what = _("choose one of the answers from {lo} to {hi}, or none.", lo=lo, hi=hi)
            raise AnswerRefused(question=f"“{layout.names[column]}”", what=what)
    return answers


def _tenure_byte(layout: Layout, tenure: str | None) -> int:
    if tenure is None:
        return 0
    if tenure not in layout.bands:
        raise AnswerRefused(
            question=_("Time in the team"), what=_("choose one of the answers, or none.")
        )
    return layout.bands.index(tenure) + 1


def _checked_picks(layout: Layout, picks: tuple[str, ...]) -> set[str]:
    chosen = set(picks)
    if not chosen <= set(layout.options):
        raise AnswerRefused(
            question=_("The list to choose from"), what=_("choose from what it offers.")
        )
    if len(chosen) > layout.most:
        raise AnswerRefused(
            question=_("The list to choose from"),
            what=_("choose {most} at most.", most=layout.most),
        )
    return chosen


def _checked_comments(layout: Layout, comments: Mapping[str, str]) -> Mapping[str, str]:
    clean = {question: clean_comment(text) for question, text in comments.items()}
    for question, text in clean.items():
        if question not in layout.questions:
            raise AnswerRefused(question=_shown(question), what=_("this survey does not ask that."))
        if len(text) > MAX_COMMENT:
            what = _(
                "please shorten your text to {most} characters; it has {many}.",
                most=MAX_COMMENT,
                many=len(text),
            )
            raise AnswerRefused(question=f"“{layout.names[question]}”", what=what)
    return clean


def clean_comment(text: str) -> str:
    """Return a comment in normal form, without characters that nobody can see."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in plain if c in "\n" + _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def _shown(name: str) -> str:
    return f"“{clean_comment(name)[:40]}”"


@dataclass(frozen=True)
class Batch:
    """Many responses side by side: n rows, those that make no sense already left out."""

    layout: Layout
    values: Bytes
    unit: npt.NDArray[np.int64]
    tenure: npt.NDArray[np.int8]
    picks: Bools
    comments: Mapping[str, tuple[str, ...]]
    spoiled: int
    """Boxes that held something this program never packs."""

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def answers(self) -> Answers:
        """What the statistics read: raw answers, unit and tenure of each row."""
        return Answers(self.layout.columns, self.values, self.unit, self.tenure)


def unpack(layout: Layout, plains: Sequence[bytes], units: Sequence[int]) -> Batch:
    """Unpack many plaintexts at once.

    Parameters
    ----------
    layout
        Of the questionnaire that the survey asks.
    plains
        n plaintexts of `PLAIN_SIZE` bytes.
    units
        For each, the place of the unit whose box it came from.

    Returns
    -------
    Batch
        At most n rows in the given order. A plaintext with another version, another unit, an
        answer out of range or a text that is no text is left out and counted in `spoiled`.
    """
    raw = np.frombuffer(b"".join(plains), dtype=np.uint8).reshape(-1, PLAIN_SIZE)
    unit = np.asarray(units, dtype=np.int64)
    sound = _sound(layout, raw, unit) & _readable(layout, raw)
    kept = raw[sound]
    picks = np.unpackbits(_picks(layout, kept), axis=1, bitorder="little")[:, : len(layout.options)]
    return Batch(
        layout,
        kept[:, ANSWERS_AT : layout.tenure_at].copy(),
        unit[sound],
        kept[:, layout.tenure_at].astype(np.int8) - np.int8(1),
        picks.astype(np.bool_),
        {question: _texts(layout, kept, at) for at, question in enumerate(layout.questions)},
        int((~sound).sum()),
    )


def join(layout: Layout, batches: Sequence[Batch]) -> Batch:
    """Return several batches as one, in their order."""
    parts = [unpack(layout, (), ()), *batches]
    return Batch(
        layout,
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.unit for part in parts]),
        np.concatenate([part.tenure for part in parts]),
        np.concatenate([part.picks for part in parts]),
        {q: tuple(text for part in parts for text in part.comments[q]) for q in layout.questions},
        sum(part.spoiled for part in parts),
    )


def _sound(layout: Layout, raw: Bytes, unit: npt.NDArray[np.int64]) -> Bools:
    """Say which rows hold what `pack` can have written there, texts aside."""
    values = raw[:, ANSWERS_AT : layout.tenure_at]
    lo, hi = np.array(layout.ranges, dtype=np.int64).reshape(-1, 2).T
    in_range = (values == 0) | ((values >= lo) & (values <= hi))
    bits = np.unpackbits(_picks(layout, raw), axis=1, bitorder="little")
    told: Bools = raw[:, 1].astype(np.int64) * 256 + raw[:, 2] == unit
    return np.asarray(
        told
        & (raw[:, 0] == VERSION)
        & in_range.all(axis=1)
        & (raw[:, layout.tenure_at] <= len(layout.bands))
        & (bits.sum(axis=1) <= layout.most)
        & ~bits[:, len(layout.options) :].any(axis=1)
    )


def _picks(layout: Layout, raw: Bytes) -> Bytes:
    return raw[:, layout.picks_at : layout.comments_at]


def _lengths(layout: Layout, raw: Bytes, question: int) -> npt.NDArray[np.int64]:
    at = layout.comments_at + SLOT_SIZE * question
    return raw[:, at].astype(np.int64) * 256 + raw[:, at + 1]


def _texts(layout: Layout, raw: Bytes, question: int) -> tuple[str, ...]:
    """Return one text per row; only rows with a text cost anything."""
    at = layout.comments_at + SLOT_SIZE * question + LENGTH_SIZE
    lengths = _lengths(layout, raw, question)
    texts = [""] * len(raw)
    for row in np.flatnonzero(lengths):
        texts[row] = clean_comment(raw[row, at : at + lengths[row]].tobytes().decode())
    return tuple(texts)


def _readable(layout: Layout, raw: Bytes) -> Bools:
    """Say in which rows every text is a text of allowed length."""
    readable = np.ones(len(raw), dtype=np.bool_)
    for question in range(len(layout.questions)):
        at = layout.comments_at + SLOT_SIZE * question + LENGTH_SIZE
        lengths = _lengths(layout, raw, question)
        for row in np.flatnonzero(lengths):
            readable[row] &= lengths[row] <= TEXT_SIZE and _is_text(
                raw[row, at : at + lengths[row]]
            )
    return readable


def _is_text(written: Bytes) -> bool:
    try:
        return len(written.tobytes().decode()) <= MAX_COMMENT
    except UnicodeDecodeError:
        return False
