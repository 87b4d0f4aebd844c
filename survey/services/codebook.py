"""ITEMS.csv: somebody else's scales, as keys for scoring and as a questionnaire for the report.

Such a questionnaire has scales and nothing else: no practices and no verdict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from survey.measures.wave import Instrument
from survey.questionnaire.definition import (
    Item,
    Questionnaire,
    Readiness,
    Response,
    Scale,
    Section,
    Text,
)
from survey.questionnaire.faults import quoted
from survey.scoring import scale_key
from survey.services.responses import OWN_COLUMNS, Column
from survey.services.tables import WRONG, Faults, Numbers, read_table

REQUIRED = ("item", "text", "lo", "hi", "key", "scale")
KEYS = {"1": 1, "+1": 1, "-1": -1}
RELIABILITY, PRIOR_SD = 0.70, 0.75
"""What every scale of a codebook gets, whatever its range (statistics B6(b))."""


@dataclass(frozen=True)
class CodebookItem:
    """One row: an item with its range (NaN without bounds), key and scale."""

    item: Item
    lo: float
    hi: float


@dataclass(frozen=True)
class Codebook:
    """The items of somebody else's survey, in the order of the file."""

    items: tuple[CodebookItem, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The answer columns to look for."""
        return tuple(Column(i.item.id, i.lo, i.hi) for i in self.items)

    @property
    def scales(self) -> tuple[str, ...]:
        """The scale names, in order of appearance."""
        return tuple(dict.fromkeys(i.item.scale for i in self.items))

    def of(self, scale: str) -> tuple[CodebookItem, ...]:
        """The items of one scale."""
        return tuple(i for i in self.items if i.item.scale == scale)


def read_codebook(file: Path, max_size: float, faults: Faults) -> Codebook:
    """Read ITEMS.csv of the contract; every fault goes to `faults` and is told before returning."""
    table = read_table(file, max_size, REQUIRED, faults)
    place = {name: table.header.index(name) for name in REQUIRED}
    numbers = Numbers(table.delimiter)
    items: list[CodebookItem] = []
    rows: dict[str, int] = {}
    for row, cells in table.rows(faults):
        named = {name: cells[i] for name, i in place.items()}
        lo, hi = numbers[named["lo"]], numbers[named["hi"]]
        wrong = _row_faults(named, lo, hi, rows.get(named["item"]))
        for column, what in wrong:
            faults.add(file, row, column, what)
        rows.setdefault(named["item"], row)
        if not wrong:
            items.append(_item(named, lo, hi))
    if not rows:
        faults.add(file, None, None, "names no item; give each a row")
    faults.tell()
    return Codebook(tuple(items))


def _row_faults(
    named: dict[str, str], lo: float, hi: float, before: int | None
) -> list[tuple[str, str]]:
    found = [(name, "is empty; fill it in") for name in ("item", "scale") if not named[name]]
    if named["item"] and before is not None:
        found.append(("item", f"{quoted(named['item'])} stands in row {before} already"))
    if named["item"] in OWN_COLUMNS:
        found.append(("item", f"{named['item']} names a column of its own; rename the item"))
    if named["key"] not in KEYS:
        found.append(("key", f"{quoted(named['key'])} is neither 1 nor -1"))
    return found + _range_faults(named, lo, hi)


def _range_faults(named: dict[str, str], lo: float, hi: float) -> list[tuple[str, str]]:
    for name, value in (("lo", lo), ("hi", hi)):
        if value == WRONG:
            return [(name, f"{quoted(named[name])} is not a number")]
    if math.isnan(lo) != math.isnan(hi):
        return [("lo", "give both lo and hi, or neither for a measure without bounds")]
    if math.isnan(lo) and named["key"] == "-1":
        return [("key", "a measure without bounds cannot be reversed; give lo and hi, or key 1")]
    return [("hi", f"{hi:g} must be above lo, {lo:g}")] if lo >= hi else []


def _item(named: dict[str, str], lo: float, hi: float) -> CodebookItem:
    item = Item(
        id=named["item"],
        scale=named["scale"],
        key=1 if KEYS[named["key"]] == 1 else -1,
        response=f"{lo:g} to {hi:g}",
        section=named["scale"],
        text=_english(named["text"] or named["item"]),
    )
    return CodebookItem(item, lo, hi)


def codebook_instrument(codebook: Codebook, columns: Sequence[str]) -> Instrument:
    """Say how the scales of a codebook are measured: defaults for all, no index, no practices."""
    scales = []
    for scale in codebook.scales:
        items = codebook.of(scale)
        ranges = [(i.lo, i.hi) for i in items]
        entries = [i.item for i in items]
        scales.append(scale_key(scale, entries, ranges, columns, RELIABILITY, PRIOR_SD))
    nothing = np.zeros(0, dtype=np.int64)
    critical = np.zeros((0, 0), dtype=bool)
    return Instrument(tuple(scales), nothing, nothing, nothing, critical, nothing, Readiness())


def codebook_questionnaire(codebook: Codebook, title: str) -> Questionnaire:
    """Make a questionnaire of the scales whose items all have whole-number bounds.

    The door rounds and clips by the range of the answers; without one nothing can be let out.
    """
    kept = [s for s in codebook.scales if all(_is_whole(i) for i in codebook.of(s))]
    items = [i for i in codebook.items if i.item.scale in kept]
    return Questionnaire(
        id="codebook",
        version="1",
        languages=("en",),
        title=_english(title),
        intro=_english(""),
        minutes=0,
        source={},
        licence="",
        responses={i.item.response: _response(i) for i in items},
        sections=tuple(Section(s, _english(s), _english("")) for s in kept),
        scales=tuple(
            Scale(s, _english(s), "dimension", _english(""), RELIABILITY, PRIOR_SD) for s in kept
        ),
        facets=(),
        items=tuple(i.item for i in items),
        practice_block=None,
        practices=(),
        pick_list=None,
        open_questions=(),
        tenure=None,
        readiness=Readiness(),
    )


def _is_whole(item: CodebookItem) -> bool:
    return item.lo.is_integer() and item.hi.is_integer()


def _response(item: CodebookItem) -> Response:
    lo, hi = int(item.lo), int(item.hi)
    labels = tuple(_english(str(answer)) for answer in range(lo, hi + 1)) if hi - lo < 100 else ()
    return Response(item.item.response, lo, hi, labels, _english("no answer"))


def _english(words: str) -> Text:
    return {"en": words}
