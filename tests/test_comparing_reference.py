"""What comparing teams is worth, from released averages, beside the exact figures of R."""

import json
from pathlib import Path

import pytest

from survey.services.analysing import analyse
from survey.services.analysis_report import analysis_report

INSTRUMENT = Path(__file__).parent / "reference" / "synthetic_instrument"


@pytest.fixture(scope="module")
def exact():
    text = (INSTRUMENT / "expected.json").read_text(encoding="utf-8")
    return json.loads(text)["between_wave1"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The comparisons of the first wave of the reference set, made as the app makes them."""
    head, *rows = (INSTRUMENT / "responses_wide.csv").read_text(encoding="utf-8").splitlines()
    first = tmp_path_factory.mktemp("wave") / "responses.csv"
    lines = [head, *(row for row in rows if row.startswith("1,"))]
    first.write_text("\n".join(lines), encoding="utf-8")
    roster = INSTRUMENT / "teams.csv"
    analysis = analyse(first, questionnaire="environment", roster=roster)
    return {c.scale: c for c in analysis_report(analysis, "Example").comparisons}


def test_every_dimension_and_the_index_are_compared(found, exact):
    assert set(found) == set(exact)


def test_released_averages_come_near_the_exact_share_and_do_not_flatter(found, exact):
    """Teams of fewer than five are pooled and left out, averages rounded and cut off."""
    off = [found[scale].share - exact[scale]["icc1_n0"] for scale in exact]
    assert max(map(abs, off)) < 0.12
    assert -0.08 < sum(off) / len(off) < 0.02


def test_the_exact_share_lies_within_the_interval_that_is_told(found, exact):
    for scale, comparison in found.items():
        assert comparison.low < exact[scale]["icc1_n0"] < comparison.high, scale
