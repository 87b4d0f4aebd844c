"""The gate against known leaks (`make leaks`) can fail, and its leaks fit the code."""

import subprocess
import sys

import pytest

from tests.leaks.copies import PROJECT
from tests.leaks.known.every import LEAKS

TRIAL = """
from tests.leaks.gate import try_all
from tests.leaks.leak import leak

TEST = "tests/core/test_precision.py::test_a_raised_policy_withholds_more"
FILE = "survey/disclosure/precision.py"
ROUNDED = "at = floor(place + 0.5)"

LEAKS = [
    leak("nothing new", "", FILE, ROUNDED, ROUNDED + "  # the same", TEST),
    leak("a real one", "", FILE, 'least = policy.single if measure == "share" else policy.scores',
         "least = 1", TEST),
    leak("not there", "", FILE, "no such text", "", TEST),
    leak("no program", "", FILE, ROUNDED, "at = (", TEST),
    leak("a program that breaks off", "", FILE, ROUNDED, "at = floor(nothing)", TEST),
]
for verdict in try_all(LEAKS):
    print(verdict.leak.name, "|", verdict.caught_by, "|", " ".join(verdict.fault.split()))
"""


@pytest.fixture(scope="module")
def verdicts():
    """What the gate says of leaks of every kind, each by the name of the leak."""
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    lines = [line.split(" | ") for line in done.stdout.splitlines()]
    return {name: (caught_by, fault) for name, caught_by, fault in lines}


def test_a_leak_that_is_noticed_is_told_with_the_test(verdicts):
    caught_by, fault = verdicts["a real one"]
    assert caught_by.endswith("::test_a_raised_policy_withholds_more")
    assert not fault


def test_without_a_leak_the_same_tests_pass(verdicts):
    assert verdicts["no leak at all"] == ("1 pass", "")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing new", "SURVIVED 1 tests"),
        ("not there", "this leak no longer fits the code: rewrite it"),
        ("no program", "the tests could not be run"),
        ("a program that breaks off", "did not notice it, it only broke off: NameError"),
    ],
)
def test_what_is_not_noticed_for_any_reason_is_a_fault(verdicts, name, told):
    caught_by, fault = verdicts[name]
    assert told in fault
    assert not caught_by


def test_every_leak_fits_the_code():
    """Rewrite those in tests/leaks/known that do not: the code that they change has changed."""
    misfits = [
        (leak.name, change.file)
        for leak in LEAKS
        for change in leak.changes
        if (PROJECT / change.file).read_text(encoding="utf-8").count(change.text) != 1
    ]
    assert misfits == []


def test_no_two_leaks_have_one_name():
    assert len({leak.name for leak in LEAKS}) == len(LEAKS)
