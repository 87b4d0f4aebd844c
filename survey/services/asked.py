"""TEAMS.csv: how many people were asked in each team, and whether that fits the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from survey.questionnaire.faults import quoted
from survey.scoring import Answers, Floats, Ints
from survey.services.responses import TEAM, WAVE, WaveAnswers
from survey.services.tables import Faults, Numbers, Table, read_table

PEOPLE = "roster_N"
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True)
class Asked:
    """People asked by (wave, team) with the row they stand in; wave "" = every wave."""

    file: Path
    people: Mapping[tuple[str, str], tuple[int, int]]

    def of(self, wave: str | None, team: str) -> tuple[int, int] | None:
        """Return people and row of a team in a wave, or None where it does not stand."""
        return self.people.get((wave or "", team)) or self.people.get(("", team))

    def teams(self, wave: str | None) -> set[str]:
        """The teams asked in a wave."""
        return {team for (w, team) in self.people if w in ("", wave or "")}


def read_asked(file: Path, max_size: float, faults: Faults) -> Asked:
    """Read TEAMS.csv of the contract; every fault is told before returning."""
    table = read_table(file, max_size, (TEAM, PEOPLE), faults)
    numbers = Numbers(table.delimiter)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row, cells in table.rows(faults):
        team, people = _cell(table, cells, TEAM), numbers[_cell(table, cells, PEOPLE)]
        wave = _cell(table, cells, WAVE)
        if not team:
            faults.add(file, row, TEAM, "is empty; fill it in")
        elif (wave, team) in found:
            before = found[wave, team][1]
            faults.add(file, row, TEAM, f"{quoted(team)} stands in row {before} already")
        elif not (1 <= people <= MOST_PEOPLE and people.is_integer()):
            cell = quoted(_cell(table, cells, PEOPLE))
            what = f"{cell} is not a whole number of people from 1 to {MOST_PEOPLE}"
            faults.add(file, row, PEOPLE, what)
        else:
            found[wave, team] = int(people), row
    if not found:
        faults.add(file, None, None, "names no team; give each a row")
    faults.tell()
    return Asked(file, found)


def _cell(table: Table, cells: list[str], column: str) -> str:
    return cells[table.header.index(column)] if table.has(column) else ""


def with_silent_teams(wave: WaveAnswers, asked: Asked) -> WaveAnswers:
    """Add the teams that were asked and from which nobody answered."""
    teams = sorted(set(wave.teams) | asked.teams(wave.wave))
    place = {team: i for i, team in enumerate(teams)}
    moved = np.array([place[t] for t in wave.teams], dtype=np.int64)
    rows = dict(zip(wave.teams, wave.first_rows, strict=True))
    a = wave.answers
    return WaveAnswers(
        wave.wave,
        tuple(teams),
        Answers(a.columns, a.values, moved[a.team], a.tenure),
        tuple(rows.get(team, 0) for team in teams),
    )


def people_asked(
    waves: Sequence[WaveAnswers], asked: Asked | None, responses: Path, faults: Faults
) -> tuple[Floats, ...]:
    """Return the people asked in every team of every wave, `inf` without a roster.

    Teams that are not in the roster, and more answers than people, are faults, told at once.
    """
    if asked is None:
        return tuple(np.full(len(w.teams), np.inf) for w in waves)
    found = tuple(_asked_in(wave, asked, responses, faults) for wave in waves)
    faults.tell()
    return found


def _asked_in(wave: WaveAnswers, asked: Asked, responses: Path, faults: Faults) -> Floats:
    answered: Ints = np.bincount(wave.answers.team, minlength=len(wave.teams))
    people = np.full(len(wave.teams), np.inf)
    during = f" in wave {quoted(wave.wave)}" if wave.wave else ""
    for i, team in enumerate(wave.teams):
        entry = asked.of(wave.wave, team)
        if entry is None:
            what = f"team {quoted(team)} does not stand in {asked.file.name}{during}"
            faults.add(responses, wave.first_rows[i], TEAM, f"{what}; add it there")
            continue
        people[i] = entry[0]
        if answered[i] > entry[0]:
            what = f"{entry[0]} asked in team {quoted(team)}, but {answered[i]} answered{during}"
            faults.add(asked.file, entry[1], PEOPLE, f"{what}; correct the one or the other")
    return people
