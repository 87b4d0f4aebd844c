"""The gate: every known leak is planted by itself, and the tests that name it must notice.

Here belong the order of the runs, two at a time, and what a run means: noticed, or in a sentence
what is wrong. How a run is made stands in `trial`, what is printed in `__main__`.
"""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.leaks import trial
from tests.leaks.copies import copy_of_project, linked
from tests.leaks.leak import Leak, NoLongerFits, plant

AT_ONCE = 2
CONTROL = Leak("no leak at all", "Nothing: without a leak the same tests must pass.", (), ())


@dataclass(frozen=True)
class Verdict:
    """What came of one leak; `fault` is empty where it was noticed."""

    leak: Leak
    caught_by: str
    fault: str
    seconds: float
    survived: bool = False


@dataclass
class _Running:
    leak: Leak
    project: Path
    since: float


def try_all(leaks: Sequence[Leak]) -> Iterator[Verdict]:
    """Plant each leak by itself and yield what came of it; run the same tests without a leak too.

    Parameters
    ----------
    leaks
        In the order in which they are tried. Verdicts come as runs end.
    """
    trial.load_libraries()
    gc.freeze()  # what is loaded is shared with every run, and never looked through again
    every = list(dict.fromkeys(test for leak in leaks for test in leak.tests))
    running: dict[int, _Running] = {}
    with tempfile.TemporaryDirectory(prefix="leaks-") as name:
        folder = Path(name).resolve()
        copy = copy_of_project(folder / "copy")
        for at, leak in enumerate((CONTROL, *leaks)):
            run = _Running(leak, linked(copy, folder / str(at)), time.monotonic())
            try:
                plant(leak, run.project)
            except NoLongerFits as fault:
                yield Verdict(leak, "", str(fault), 0.0)
                continue
            running[_start(leak, run.project, every)] = run
            if len(running) == AT_ONCE:
                yield _next_verdict(running)
        while running:
            yield _next_verdict(running)


def _start(leak: Leak, project: Path, every: Sequence[str]) -> int:
    if leak is CONTROL:
        return trial.start(project, every, 10 * trial.PATIENCE, stop_early=False)
    return trial.start(project, leak.tests)


def _next_verdict(running: dict[int, _Running]) -> Verdict:
    child, ended = os.wait()
    done = running.pop(child)
    outcome = trial.Outcome.read(trial.told(done.project), os.waitstatus_to_exitcode(ended))
    seconds = time.monotonic() - done.since
    verdict = _verdict(done.leak, outcome, trial.printed(done.project), seconds)
    shutil.rmtree(done.project, ignore_errors=True)
    return verdict


def _verdict(leak: Leak, outcome: trial.Outcome, printed: str, seconds: float) -> Verdict:
    noticed = outcome.noticed_by(leak.refused_by)
    if outcome.strangers:
        fault = f"this run used files from elsewhere: {', '.join(outcome.strangers[:3])}"
    elif outcome.broken or outcome.status not in (trial.PASSED, trial.FAILED):
        fault = f"the tests could not be run:\n{_end_of(printed)}"
    elif leak is CONTROL:
        fault = "" if outcome.status == trial.PASSED else f"without a leak:\n{_end_of(printed)}"
    elif outcome.status == trial.PASSED:
        fault = f"SURVIVED {outcome.passed} tests. {leak.tells}"
        return Verdict(leak, "", fault, seconds, survived=True)
    elif noticed is None:
        test, _, line = outcome.failed[0]
        fault = f"{test} did not notice it, it only broke off: {line}. Plant it so that the"
        fault += " program still runs, or name this error in refused_by if it is the answer."
    else:
        fault = ""
    return Verdict(leak, "" if fault else noticed or f"{outcome.passed} pass", fault, seconds)


def _end_of(printed: str) -> str:
    return "\n".join(f"    {line}" for line in printed.strip().splitlines()[-25:])
