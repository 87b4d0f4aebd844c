"""The answers that somebody already holds: RESPONSES.csv as arrays, wave by wave.

Here belongs what the columns and rows of that file must be. Nothing is computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from survey.questionnaire.faults import bare, quoted
from survey.scoring import Answers, Floats, raw
from survey.services.tables import WRONG, Faults, Numbers, Table, read_table

CHUNK = 20_000
TEAM, RESPONDENT, WAVE, TENURE = "team_id", "respondent", "wave", "tenure_band"
OWN_COLUMNS = (TEAM, RESPONDENT, WAVE, TENURE)
LARGEST_BYTE = 255


@dataclass(frozen=True)
class Column:
    """An answer column: its range, NaN without bounds."""

    name: str
    lo: float
    hi: float


@dataclass(frozen=True, eq=False)
class WaveAnswers:
    """The answers of one wave; `Answers.team` indexes `teams`. `rows` are rows of the file."""

    wave: str | None
    teams: tuple[str, ...]
    answers: Answers
    first_rows: tuple[int, ...]
    """For every team, a row of the file in which it stands."""


@dataclass(frozen=True, eq=False)
class Responses:
    """The whole file: its waves in order, and what is worth knowing about it."""

    waves: tuple[WaveAnswers, ...]
    notes: tuple[str, ...]


def read_responses(
    file: Path, columns: Sequence[Column], bands: Sequence[str], max_size: float, faults: Faults
) -> Responses:
    """Read the answers, and tell every fault in them at once.

    Parameters
    ----------
    file
        RESPONSES.csv of the contract.
    columns
        The answer columns that are looked for; others are left alone.
    bands
        Ids of the tenure bands; empty where tenure is ignored.
    max_size
        In megabytes.
    faults
        Told before the answers are returned.

    Returns
    -------
    Responses
        Teams by name, people by respondent, so that the order of rows changes nothing.
    """
    table = read_table(file, max_size, (TEAM, RESPONDENT), faults)
    reader = _Reader(table, columns, bands, faults)
    if not reader.found:
        names = ", ".join(c.name for c in columns[:4])
        faults.add(file, 1, None, f"names none of the answer columns ({names}, ...)")
        faults.tell()
    for numbers, cells in table.chunks(faults, CHUNK):
        reader.take(numbers, cells)
    if not reader.rows:
        faults.add(file, None, None, "holds no answers, only the row that names the columns")
    reader.check_waves()
    faults.tell()
    return Responses(reader.waves(), reader.notes())


class _Reader:
    """Takes the file chunk by chunk and keeps it as compact arrays."""

    def __init__(
        self, table: Table, columns: Sequence[Column], bands: Sequence[str], faults: Faults
    ) -> None:
        self._table, self._faults = table, faults
        self._place = {name: i for i, name in enumerate(table.header)}
        self._columns = columns
        self.found = [c for c in columns if table.has(c.name)]
        self._bands = {"": -1, **{band: i for i, band in enumerate(bands)}}
        self._with_tenure = bool(bands) and table.has(TENURE)
        self._lo = np.array([c.lo for c in self.found])
        self._hi = np.array([c.hi for c in self.found])
        self._numbers = Numbers(table.delimiter)
        self._small = all(c.lo >= 1 and c.hi <= LARGEST_BYTE for c in self.found)
        self._values: list[npt.NDArray[np.uint8] | Floats] = []
        self._tenure: list[npt.NDArray[np.int8]] = []
        self._groups: dict[tuple[str, str], int] = {}
        self._first_rows: list[int] = []
        self._group: list[int] = []
        self._respondents: list[str] = []
        self._seen: dict[tuple[int, str], int] = {}

    @property
    def rows(self) -> int:
        """How many people were taken."""
        return len(self._group)

    def take(self, numbers: list[int], cells: list[tuple[str, ...]]) -> None:
        """Take some rows: their numbers, and their cells column by column."""
        self._take_people(numbers, cells)
        values = np.empty((len(numbers), len(self.found)))
        for i, column in enumerate(self.found):
            answers = map(self._numbers.__getitem__, cells[self._place[column.name]])
            values[:, i] = np.fromiter(answers, np.float64, len(numbers))
        self._check_answers(values, numbers, cells)
        self._values.append(self._compact(values))
        self._tenure.append(self._tenure_of(numbers, cells))

    def _take_people(self, numbers: list[int], cells: list[tuple[str, ...]]) -> None:
        nothing = ("",) * len(numbers)
        waves = cells[self._place[WAVE]] if WAVE in self._place else nothing
        people = zip(
            numbers, waves, cells[self._place[TEAM]], cells[self._place[RESPONDENT]], strict=True
        )
        for row, wave, team, respondent in people:
            group = self._groups.setdefault((wave, team), len(self._groups))
            if group == len(self._first_rows):
                self._first_rows.append(row)
            self._group.append(group)
            self._respondents.append(respondent)
            before = self._seen.setdefault((group, respondent), row)
            if not team or not respondent or before != row:
                self._person_fault(row, team, respondent, before)

    def _person_fault(self, row: int, team: str, respondent: str, before: int) -> None:
        for name, cell in ((TEAM, team), (RESPONDENT, respondent)):
            if not cell:
                self._faults.add(self._table.file, row, name, "is empty; fill it in")
                return
        what = f"{quoted(respondent)} of team {quoted(team)} stands in row {before} already"
        self._faults.add(
            self._table.file, row, RESPONDENT, f"{what}; remove one, or give each a name of its own"
        )

    def _check_answers(
        self, values: Floats, numbers: list[int], cells: list[tuple[str, ...]]
    ) -> None:
        outside = (values < self._lo) | (values > self._hi) | (values == WRONG)
        for i, c in np.argwhere(outside):
            column = self.found[c]
            cell = cells[self._place[column.name]][i]
            what = (
                f"{quoted(cell)} is not a number; leave the cell empty for no answer"
                if values[i, c] == WRONG
                else f"{bare(cell)} is outside {column.lo:g} to {column.hi:g}; correct it"
            )
            self._faults.add(self._table.file, numbers[i], column.name, what)

    def _compact(self, values: Floats) -> npt.NDArray[np.uint8] | Floats:
        """One byte an answer where all are whole numbers from 1 on, else floats."""
        if not self._small:
            return values
        filled = np.where(np.isnan(values) | (values == WRONG), 0.0, values)
        small = np.clip(filled, 0, LARGEST_BYTE).astype(np.uint8)
        return small if bool(np.all(small == filled)) else values

    def _tenure_of(self, numbers: list[int], cells: list[tuple[str, ...]]) -> npt.NDArray[np.int8]:
        tenure = np.full(len(numbers), -1, dtype=np.int8)
        if not self._with_tenure:
            return tenure
        for i, cell in enumerate(cells[self._place[TENURE]]):
            band = self._bands.get(cell)
            if band is None:
                known = ", ".join(b for b in self._bands if b)
                what = f"{quoted(cell)} is not one of {known}; leave it empty where it is not known"
                self._faults.add(self._table.file, numbers[i], TENURE, what)
            else:
                tenure[i] = band
        return tenure

    def check_waves(self) -> None:
        """A wave is named in every row or in none."""
        named = {wave for wave, _ in self._groups}
        if "" in named and len(named) > 1:
            for (wave, _), row in zip(self._groups, self._first_rows, strict=True):
                if not wave:
                    what = "is empty, but other rows name a wave; fill it in"
                    self._faults.add(self._table.file, row, WAVE, what)

    def waves(self) -> tuple[WaveAnswers, ...]:
        """Everything taken, by wave, team and respondent in order."""
        values, tenure = _joined(self._values), np.concatenate(self._tenure)
        group = np.array(self._group, dtype=np.int64)
        self._seen.clear()
        people = np.array(
            sorted(range(len(group)), key=self._respondents.__getitem__), dtype=np.int64
        )
        names = tuple(c.name for c in self.found)
        return tuple(
            self._wave(wave, names, values, tenure, group, people)
            for wave in wave_order({w for w, _ in self._groups})
        )

    def _wave(
        self,
        wave: str,
        names: tuple[str, ...],
        values: npt.NDArray[np.uint8] | Floats,
        tenure: npt.NDArray[np.int8],
        group: npt.NDArray[np.int64],
        people: npt.NDArray[np.int64],
    ) -> WaveAnswers:
        teams = sorted((team, i) for (w, team), i in self._groups.items() if w == wave)
        place = np.full(len(self._groups), -1, dtype=np.int64)
        place[[i for _, i in teams]] = np.arange(len(teams))
        team = place[group[people]]
        mine = people[team >= 0]
        order = mine[np.argsort(team[team >= 0], kind="stable")]
        return WaveAnswers(
            wave=wave or None,
            teams=tuple(name for name, _ in teams),
            answers=Answers(names, values[order], place[group[order]], tenure[order]),
            first_rows=tuple(self._first_rows[i] for _, i in teams),
        )

    def notes(self) -> tuple[str, ...]:
        """What a person should know who wonders about a missing figure."""
        known = {c.name for c in self._columns} | set(OWN_COLUMNS)
        absent = [c.name for c in self._columns if c.name not in self._place]
        extra = [name for name in self._table.header if name and name not in known]
        file = bare(self._table.file.name)
        notes = []
        if absent:
            notes.append(f"{file} has no column {_some(absent)}: counted as not asked.")
        if extra:
            notes.append(f"{file} has a column {_some(extra)} that is not used.")
        return tuple(notes)


def wave_order(waves: set[str]) -> list[str]:
    """Put wave names in order: as numbers where all are numbers, else as text."""
    numbers: Mapping[str, float] = Numbers(",")
    if all(w and numbers[w] != WRONG for w in waves):
        return sorted(waves, key=lambda wave: (numbers[wave], wave))
    return sorted(waves)


def _joined(parts: list[npt.NDArray[np.uint8] | Floats]) -> npt.NDArray[np.uint8] | Floats:
    """Chunks as one array: floats as soon as one chunk needs them."""
    if all(part.dtype == np.uint8 for part in parts):
        return np.concatenate(parts).astype(np.uint8, copy=False)
    return np.concatenate([raw(part) for part in parts])


def _some(names: list[str]) -> str:
    shown = ", ".join(bare(name) for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown
