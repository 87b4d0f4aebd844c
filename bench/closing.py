"""Time to open, tally and release 10,000 answers in 500 teams: python -m bench.closing

Baselines in the same run, over the same boxes: one SHA-256 pass (what merely reading the bytes
costs), and the bare HPKE openings (what cryptography costs, whatever we do around it). Printed as
ratios to both, because only ratios travel from one machine to another. The stages are told apart;
"after" is destroying the key, rewriting the database and searching its files.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

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
from survey.services.surveys import load_report
from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Box, Survey

TEAMS, PER_TEAM = 500, 20
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
END = NOW + timedelta(days=7)


def main(teams: int = TEAMS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions, keys, opened = make_survey(folder, teams)
        sealing = timed(lambda: fill(sessions, opened))
        boxes = read_boxes(sessions)
        base = timed(lambda: [sha256(box.sealed).digest() for box in boxes])
        private = keys.unlock(opened.slug, opened.opening_codes[0])
        bare = timed(lambda: open_bare(boxes, private, opened.slug))
        stages = close(sessions, keys, opened)
        report = timed(lambda: read_report(sessions, opened.slug))
        engine_of(sessions).dispose()
    tell(len(boxes), teams, sealing, base, bare, stages, report)


def make_survey(folder: Path, teams: int) -> tuple[Sessions, KeyFolder, Opened]:
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate(url)
    sessions, keys = make_sessions(url), KeyFolder(folder / "keys")
    units = [Unit("firm", "Firm", None, 0)]
    units += [Unit(f"d{n}", f"Division {n}", "firm", 0) for n in range(20)]
    units += [Unit(f"t{n}", f"Team {n}", f"d{n % 20}", PER_TEAM) for n in range(teams)]
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
    rng, questionnaire = random.Random(1), find("environment")
    layout = layout_of(questionnaire)
    with sessions() as session:
        row = session.get_one(Survey, opened.slug)
        places = {f"t{n}": 21 + n for n in range(len(opened.codes))}
        rows = []
        for unit, codes in opened.codes.items():
            for code in codes:
                answers = {column: rng.randint(1, 5) for column in layout.columns}
                said = {"O1": "We need one shared plan."} if rng.random() < 0.3 else {}
                plain = pack(layout, places[unit], Response(answers, comments=said))
                spent = nullifier(code, opened.slug)
                sealed = seal(row.public_key, plain, opened.slug, unit, spent)
                rows.append(
                    {"nullifier": spent, "survey": opened.slug, "unit": unit, "sealed": sealed}
                )
    with sessions() as session, session.begin():
        session.execute(sa.insert(Box), rows)


def read_boxes(sessions: Sessions) -> list[Box]:
    with sessions() as session:
        return list(session.scalars(sa.select(Box)))


def open_bare(boxes: list[Box], private: bytes, slug: str) -> None:
    opener = Opener(private, slug)
    for box in boxes:
        assert opener.open(box.sealed, box.unit, box.nullifier)


def close(sessions: Sessions, keys: KeyFolder, opened: Opened) -> dict[str, float]:
    began, last = time.perf_counter(), ["code"]
    stages: dict[str, float] = {}

    def progress(stage: str, _: int, __: int) -> None:
        nonlocal began
        now = time.perf_counter()
        stages[last[0]] = stages.get(last[0], 0) + now - began
        began, last[0] = now, stage

    close_survey(sessions, keys, opened.slug, opened.opening_codes[0], END, progress)
    progress("", 0, 0)
    return stages


def read_report(sessions: Sessions, slug: str) -> None:
    with sessions() as session:
        load_report(session, slug, END)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tell(
    boxes: int,
    teams: int,
    sealing: float,
    base: float,
    bare: float,
    stages: dict[str, float],
    report: float,
) -> None:
    release = sum(stages.get(stage, 0) for stage in ("opening", "tallying", "writing"))
    after = sum(stages.get(stage, 0) for stage in ("destroying", "checking"))
    print(f"closing: {boxes} answers in {teams} teams, {boxes * 8192 / 1e6:.0f} MB of boxes")
    print(f"  baseline, one SHA-256 pass over the boxes   {base:7.2f} s     1.0")
    print(f"  baseline, bare HPKE openings                {bare:7.2f} s  {bare / base:6.1f}")
    for stage in ("opening", "tallying", "writing", "destroying", "checking"):
        spent = stages.get(stage, 0)
        print(f"    {stage:<42}{spent:7.2f} s  {spent / base:6.1f}")
    print(f"  open, tally and release                     {release:7.2f} s  {release / base:6.1f}")
    print(f"    as a ratio to the bare openings                      {release / bare:6.1f}")
    print(f"  after: destroy, rewrite, search             {after:7.2f} s  {after / base:6.1f}")
    print(f"  building the report once                    {report:7.2f} s  {report / base:6.1f}")
    print(f"  packing, sealing, writing one answer        {sealing / boxes * 1000:7.3f} ms")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
          " (the baselines hold all boxes at once; closing holds 500)")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
