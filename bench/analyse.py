"""The statistics of `analyse` against one `numpy.bincount` pass over the same answers.

    python -m bench.analyse [PEOPLE]

A million people with 48 answers (seven dimensions, resolve, seven practices) in 20,000 teams, in no
order. Reading the CSV is not in it. Each measurement runs in a process of its own; memory is the
peak of the process above what it held with the array loaded. A quarter of the people shows whether
both grow in line.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from survey.measures.wave import instrument_of
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers
from survey.services.analysing import wave_statistics
from tests.factories import make_questionnaire

PEOPLE, TEAM_SIZE = 1_000_000, 50
AIM_TIME, AIM_MEMORY = 60, 8
TIMEOUT = 300


def questionnaire() -> Questionnaire:
    """The instrument with 48 answers: 32 items, two on resolve, seven practices."""
    scales = ("TRUST", "COOP", "OPEN", "CIVIL", "SAFE", "PAST", "VISION", "RESOLVE")
    return make_questionnaire(practices=7, scales=scales)


def make_answers(people: int, columns: int) -> np.ndarray:
    rng = np.random.default_rng(2026)
    team = np.repeat(rng.normal(3.3, 0.4, people // TEAM_SIZE), TEAM_SIZE)
    values = np.empty((people, columns), dtype=np.uint8)
    for column in range(columns):
        answer = np.clip(np.rint(team + rng.normal(0, 1, people)), 1, 5)
        values[:, column] = np.where(rng.random(people) < 0.04, 0, answer)
    return values


def resident() -> float:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def measure(file: Path, columns: int) -> None:
    """Run in a child: print seconds of bincount, seconds of the statistics, peak megabytes."""
    known = questionnaire()
    values = np.load(file)
    people = len(values)
    teams = people // TEAM_SIZE
    rng = np.random.default_rng(1)
    mixed = rng.permutation(people)
    team = np.repeat(np.arange(teams), TEAM_SIZE)[mixed]
    tenure = rng.integers(-1, 3, people).astype(np.int8)
    answers = Answers(known.columns[:columns], values, team, tenure)
    asked = np.full(teams, TEAM_SIZE * 1.2)
    names = tuple(f"team-{i:05d}" for i in range(teams))
    instrument = instrument_of(known, answers.columns)
    warm = Answers(answers.columns, values[:1000], np.repeat(np.arange(20), 50), tenure[:1000])
    wave_statistics(None, names[:20], warm, asked[:20], instrument, known)
    before = resident()
    start = time.perf_counter()
    wave_statistics(None, names, answers, asked, instrument, known)
    statistics = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000 * 1.024 - before
    print(min(bincount_seconds(values) for _ in range(5)), statistics, peak)


def bincount_seconds(values: np.ndarray) -> float:
    start = time.perf_counter()
    np.bincount(values.ravel())
    return time.perf_counter() - start


def run(people: int) -> tuple[float, float, float, float]:
    """Seconds of bincount, seconds of the statistics, peak MB, MB of the array; best of three."""
    columns = len(questionnaire().columns)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.npy"
        np.save(file, make_answers(people, columns))
        command = [sys.executable, "-m", "bench.analyse", "--child", str(file), str(columns)]
        lines = [
            subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT)
            for _ in range(3)
        ]
    found = np.array([[float(x) for x in line.stdout.split()] for line in lines])
    bincount, statistics = found[:, 0].min(), found[:, 1].min()
    return bincount, statistics, found[:, 2].max(), people * columns / 1e6


def main(people: int) -> None:
    print(f"answers: {len(questionnaire().columns)} columns, teams of {TEAM_SIZE}, unsorted")
    for size in (people // 4, people):
        bincount, statistics, peak, array = run(size)
        print(
            f"analyse {size:>9,} people: {statistics:6.2f} s = {statistics / bincount:5.1f} x "
            f"bincount ({bincount:.3f} s; aim <= {AIM_TIME}), peak {peak:6.1f} MB = "
            f"{peak / array:4.2f} x the array ({array:.0f} MB; aim <= {AIM_MEMORY})"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else PEOPLE)
