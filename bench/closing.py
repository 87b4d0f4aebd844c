"""Time to open, tally and release 10,000 answers: python -m bench.closing [answers]

Baselines in the same run, over the same boxes (10,000 of them at most): one SHA-256 pass (what
merely reading the bytes costs), and the bare HPKE openings (what cryptography costs, whatever we do
around it). Printed as ratios to both, because only ratios travel from one machine to another.
Opening is timed with one process and with two workers, in turn. The stages are told apart; "after"
is destroying the key, rewriting the database and searching its files.

100,000 answers took four minutes on two busy cores. They are 819 MB of boxes; SQLite's log comes
on top.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from survey.ballots.codes import nullifier
from survey.ballots.keys import KeyFolder
from survey.ballots.layout import layout_of
from survey.ballots.payload import Response, pack
from survey.ballots.sealing import Opener, seal
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.shipped import find, shipped_text
from survey.services.closing import close_survey
from survey.services.opening import Opened, Plan, open_survey
from survey.services.released import load_report
from survey.services.surveys import survey_view
from survey.services.unsealing import open_all
from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Box, Survey

ANSWERS, PER_TEAM = 10_000, 20
SAMPLE = 10_000
"""Boxes the baselines are measured on."""
WORKERS = (1, 2)
TIMES = 3
STAGES = ("opening", "tallying", "writing", "destroying", "checking")
SEEN: set[float] = set()
"""Memory that workers used at most, in MB."""
DIVISIONS = 20
FIRST_TEAM = 1 + DIVISIONS
"""Place of the first team in the roster."""
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
END = NOW + timedelta(days=7)


def main(answers: int = ANSWERS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions, keys, opened = make_survey(folder, answers // PER_TEAM)
        sealing = timed(lambda: fill(sessions, opened)) / answers
        private = keys.unlock(opened.slug, opened.opening_codes[:1])
        base, bare = (each * answers for each in baselines(sessions, private, opened.slug))
        opening = {many: [0.0] * TIMES for many in WORKERS}
        for at in range(TIMES):
            for many in WORKERS:
                opening[many][at] = time_opening(sessions, private, opened.slug, many)
        before = peak_from_here()
        stages = close(sessions, keys, opened)
        after = peak()
        report = timed(lambda: read_report(sessions, opened.slug))
        engine_of(sessions).dispose()
    tell(answers, base, bare, opening, stages)
    print(f"  building the report once                    {report:7.2f} s  {report / base:6.1f}")
    print(f"  packing, sealing, writing one answer        {sealing * 1000:7.3f} ms")
    print(f"  memory: {before:.0f} MB before closing, {after:.0f} MB at most while closing, "
          f"and {max(SEEN, default=0):.0f} MB a worker")  # fmt: skip


def make_survey(folder: Path, teams: int) -> tuple[Sessions, KeyFolder, Opened]:
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate(url)
    sessions, keys = make_sessions(url), KeyFolder(folder / "keys")
    units = [Unit("firm", "Firm", None, 0)]
    units += [Unit(f"d{n}", f"Division {n}", "firm", 0) for n in range(DIVISIONS)]
    units += [Unit(f"t{n}", f"Team {n}", f"d{n % DIVISIONS}", PER_TEAM) for n in range(teams)]
    plan = Plan(
        title="Bench",
        client="Firm",
        practice="handovers",
        critical=(),
        questionnaire_text=shipped_text("environment"),
        units=tuple(units),
        policy=Policy(),
        ends_at=END,
        closable_from=END,
        timezone="UTC",
        organiser="Bench",
        holders=("Bench",),
        help_contact="bench",
        harm_role="bench",
        previous=None,
    )
    with sessions() as session:
        return sessions, keys, open_survey(session, keys, plan, NOW)


def fill(sessions: Sessions, opened: Opened) -> None:
    """Seal as a submission does, but write all in one transaction: closing is what is timed."""
    with sessions() as session:
        key = session.get_one(Survey, opened.slug).public_key
    rows = sealed_rows(key, opened)
    with sessions() as session, session.begin():
        while some := list(islice(rows, 1000)):
            session.execute(sa.insert(Box), some)


def sealed_rows(key: bytes, opened: Opened) -> Iterable[dict[str, object]]:
    rng, layout = random.Random(1), layout_of(find("environment"))
    for team, (unit, codes) in enumerate(opened.codes.items()):
        for code in codes:
            answers = {column: rng.randint(1, 5) for column in layout.columns}
            said = {"O1": "We need one shared plan."} if rng.random() < 0.3 else {}
            plain = pack(layout, FIRST_TEAM + team, Response(answers, comments=said))
            spent = nullifier(code, opened.slug)
            sealed = seal(key, plain, opened.slug, unit, spent)
            yield {"nullifier": spent, "survey": opened.slug, "unit": unit, "sealed": sealed}


def baselines(sessions: Sessions, private: bytes, slug: str) -> tuple[float, float]:
    """Return the seconds that one box takes: read once, opened."""
    with sessions() as session:
        boxes = list(session.scalars(sa.select(Box).limit(SAMPLE)))
    hashing = timed(lambda: [sha256(box.sealed).digest() for box in boxes])
    bare = timed(lambda: open_bare(boxes, private, slug))
    return hashing / len(boxes), bare / len(boxes)


def open_bare(boxes: list[Box], private: bytes, slug: str) -> None:
    opener = Opener(private, slug)
    for box in boxes:
        assert opener.open(box.sealed, box.unit, box.nullifier)


def time_opening(sessions: Sessions, private: bytes, slug: str, workers: int) -> float:
    with sessions() as session:
        view = survey_view(session, slug, END)

    def told(done: int, total: int) -> None:
        if done > total * 0.9:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            SEEN.update(peak(Path("/proc") / child) for child in children)

    return timed(lambda: open_all(sessions, view, private, told, workers))


def close(sessions: Sessions, keys: KeyFolder, opened: Opened) -> dict[str, float]:
    began, last = time.perf_counter(), ["code"]
    stages: dict[str, float] = {}

    def progress(stage: str, _: int, __: int) -> None:
        nonlocal began
        now = time.perf_counter()
        stages[last[0]] = stages.get(last[0], 0) + now - began
        began, last[0] = now, stage

    close_survey(sessions, keys, opened.slug, opened.opening_codes[:1], END, progress)
    progress("", 0, 0)
    return stages


def read_report(sessions: Sessions, slug: str) -> None:
    with sessions() as session:
        load_report(session, slug, END)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_from_here() -> float:
    """Forget the peak of memory so far; return what is in use now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak(process: Path = Path("/proc/self")) -> float:
    status = (process / "status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def tell(
    answers: int,
    base: float,
    bare: float,
    opening: dict[int, list[float]],
    stages: dict[str, float],
) -> None:
    release = sum(stages.get(stage, 0) for stage in ("opening", "tallying", "writing"))
    after = sum(stages.get(stage, 0) for stage in ("destroying", "checking"))
    print(f"closing: {answers} answers, {answers // PER_TEAM} teams, {answers * 8192 / 1e6:.0f} MB")
    print(f"  baseline, one SHA-256 pass over the boxes   {base:7.2f} s     1.0")
    print(f"  baseline, bare HPKE openings                {bare:7.2f} s  {bare / base:6.1f}")
    alone = median(opening[1])
    for workers, times in opening.items():
        who = "this process alone" if workers == 1 else f"{workers} workers"
        took = median(times)
        print(f"  reading and opening all, {who:<19}{took:7.2f} s  {took / base:6.1f}"
              f"   {alone / took:4.2f} times as fast")  # fmt: skip
    for stage in STAGES:
        spent = stages.get(stage, 0)
        print(f"    {stage:<42}{spent:7.2f} s  {spent / base:6.1f}")
    print(f"  open, tally and release                     {release:7.2f} s  {release / base:6.1f}")
    print(f"    as a ratio to the bare openings                      {release / bare:6.1f}")
    print(f"  after: destroy, rewrite, search             {after:7.2f} s  {after / base:6.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
