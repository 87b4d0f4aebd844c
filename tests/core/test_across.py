"""What only all groups together can tell: old stories, and what comparing teams is worth."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Release, Released, ReleasedGroup, Unit
from survey.measures.between import from_mean_squares
from survey.report import across_words
from survey.report.build import build
from survey.report.comparing import comparisons
from survey.report.model import Facts
from survey.report.stories import stories
from survey.scoring import Answers
from tests.factories import make_questionnaire
from tests.report_factory import QUESTIONNAIRE as ASKED
from tests.report_factory import TOO_FEW, make_estimate, make_group, make_report

QUESTIONNAIRE = make_questionnaire(practices=0)
FACTS = Facts("Spring", "Meridian", "", date(2026, 3, 1), date(2026, 3, 20))


def contrast(value, n=40, past=3.0, edge="", below=0.0, above=0.0):
    """Newcomers less veterans, over an organisation that averages so on PAST."""
    figure = Released(value, n, 0.1, edge, below, above)
    group = ReleasedGroup("tenure.", "", "wider", None, ("u",), 10, 20, {"tenure:PAST": figure}, {})
    estimate = replace(make_estimate(past), p_target=float(past >= 3.5))
    whole = make_group(figures={"PAST": estimate})
    return stories(ASKED, Release((), Policy(), (group,), ()), whole)


@pytest.mark.parametrize(
    ("value", "n", "past", "sign"),
    [
        (0.0, 40, 3.0, "passed_on"),
        (0.0, 40, 3.8, "nothing_to_pass"),
        (0.5, 40, 3.0, "brighter"),
        (-0.5, 40, 3.0, "gloomier"),
        (0.0, 10, 3.0, "unclear"),
        (0.3, 20, 3.0, "unclear"),
        (-0.3, 40, 3.0, "unclear"),
    ],
)
def test_a_sign_is_read_only_where_the_interval_carries_it(value, n, past, sign):
    found = contrast(value, n, past)
    assert found is not None
    assert found.sign == sign
    assert (found.low > 0) == (sign == "brighter")
    assert (found.high < 0) == (sign == "gloomier")


@given(st.integers(-5, 5), st.integers(1, 40), st.sampled_from([2.5, 3.2, 3.6, 4.2]))
def test_every_reading_says_that_it_proves_nothing_or_reads_nothing(tenths, tens, past):
    found = contrast(tenths / 10, tens * 10, past)
    assert found is not None
    said = across_words.stories_sentence(found)
    assert across_words.NEITHER in said or found.sign == "unclear"
    assert f"{abs(found.difference.value):.1f}" in said
    if found.sign == "passed_on":
        assert abs(found.difference.value) <= 0.25
        assert past < 3.5


def test_a_difference_that_is_cut_off_reaches_as_far_as_the_clip_may_hide():
    found = contrast(0.5, 40, edge="high", above=3.5)
    assert found is not None
    assert found.high > 4
    assert "0.5 or more points, newcomers above" in across_words.stories_sentence(found)


def test_that_both_are_at_the_target_is_no_sign_that_nothing_is_handed_on():
    said = across_words.FITS["nothing_to_pass"]
    assert said.startswith("Both are likely at the target. Nothing here tells whether stories")
    assert said.endswith("{neither}")


def test_an_end_of_the_contrast_that_just_leaves_out_zero_does_not_read_as_zero():
    found = contrast(0.5, 40)
    assert found is not None
    assert "just above 0 to" in across_words.stories_sentence(replace(found, low=0.03))


def test_where_nothing_is_let_out_the_gate_is_named():
    assert stories(ASKED, Release((), Policy(), (), ()), make_group()) is None
    said = across_words.stories_missing(make_report())
    assert "from 10 newcomers and 10 veterans in at least 5 groups that have both on" in said


def test_below_three_groups_or_thirty_people_nothing_is_compared():
    name = {"en": "All"}
    two = [make_group("A", 20, 22), make_group("B", 20, 22)]
    few = [make_group(name, 8, 10) for name in "ABC"]
    enough = [make_group(name, 10, 12) for name in "ABC"]
    pooled = [*enough[:2], replace(enough[2], kind="pooled")]
    for groups in (two, few, pooled):
        assert comparisons(ASKED, groups, name) == ()
    assert len(comparisons(ASKED, enough, name)) == 1 + len(ASKED.dimensions)


def compared(values, n=12, edge=""):
    groups = [
        make_group(f"G{at}", n, n + 2, {"TRUST": make_estimate(value, n=n, edge=edge)})
        for at, value in enumerate(values)
    ]
    return next(c for c in comparisons(ASKED, groups, {"en": "All"}) if c.scale == "TRUST")


def test_of_teams_that_look_alike_it_cannot_be_told_whether_they_differ():
    found = compared([3.4, 3.5, 3.4, 3.5, 3.4])
    said = across_words.comparison_sentence(found)
    assert said.startswith("Whether teams differ on Trust cannot be told: from 0\u00a0% to ")
    assert said.endswith("comparing teams on it is not worthwhile on these answers.")
    assert "chance" not in said, "that nothing is seen is no sign that there is nothing"
    assert across_words.comparison_share(found) == "cannot be told"


def test_teams_far_apart_are_told_in_steps_of_five_percent_and_with_what_is_apart():
    found = compared([2.2, 2.8, 3.4, 4.0, 4.4])
    said = across_words.comparison_sentence(found)
    assert found.worth == "some"
    share = int(said.split("about ")[1].split("\u00a0%")[0])
    assert share % 5 == 0
    assert abs(share - found.share * 100) <= 2.5
    assert f"{found.apart:.1f} points" in said
    cut = compared([2.2, 2.8, 3.4, 4.0, 4.4], edge="high")
    assert "On Trust about" in across_words.comparison_sentence(cut)
    assert "cut off make the differences look smaller" in across_words.comparing_note((cut,))


def test_what_rounding_alone_adds_is_taken_off():
    """Means that differ by half a step only, in large groups, differ by no more than rounding."""
    found = compared([3.4, 3.5, 3.4, 3.5], n=300)
    step = 0.1
    exact = from_mean_squares(4, 1200, 3.45, 300 * 4 * 0.05**2 / 3, 0.75**2, 300.0)
    assert found.share < exact.icc1 - step**2 / 12


@given(st.lists(st.integers(15, 45), min_size=3, max_size=12), st.integers(10, 40))
def test_a_share_is_claimed_only_where_its_interval_is_printed_to_leave_out_zero(tenths, n):
    found = compared([value / 10 for value in tenths], n)
    assert found.low <= found.share <= found.high
    low = int(across_words.comparison_interval(found).split("\u00a0%")[0])
    assert (found.worth == "some") == (low >= 5)
    title = across_words.comparing_title((found,))
    assert title == (
        "Teams differ beyond chance on every dimension"
        if low >= 5
        else "Whether teams differ beyond chance cannot be told on any dimension"
    )


def answers_of(
    teams: int, people: int, icc: float, seed: int
) -> tuple[Answers, dict[str, list[int]]]:
    """Answers of people who differ as assumed within a team (0.75) and by `icc` between them."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(1, teams + 1), people)
    columns: dict[str, list[int]] = {}
    for at, item in enumerate(QUESTIONNAIRE.items):
        columns.setdefault(item.scale, []).append(at)
    healthy = np.zeros((len(team), len(QUESTIONNAIRE.columns)))
    for of_scale in columns.values():
        between = rng.normal(0, 0.75 * (icc / (1 - icc)) ** 0.5, teams)[team - 1]
        person = rng.normal(0, 0.75 * 0.7**0.5, len(team))
        noise = rng.normal(0, 0.75 * (0.3 * len(of_scale)) ** 0.5, (len(team), len(of_scale)))
        healthy[:, of_scale] = 3.3 + (between + person)[:, None] + noise
    healthy = np.clip(np.rint(healthy), 1, 5)
    keys = np.array([item.key for item in QUESTIONNAIRE.items])
    values = np.where(keys > 0, healthy, 6 - healthy).astype(np.uint8)
    tenure = np.full(len(team), -1, dtype=np.int8)
    scores = {s: healthy[:, of].mean(axis=1) for s, of in columns.items()}
    return Answers(QUESTIONNAIRE.columns, values, team, tenure), scores


def exact_icc(scores, team) -> float:
    n = np.bincount(team)[1:]
    means = np.bincount(team, scores)[1:] / n
    msb = float((n * (means - scores.mean()) ** 2).sum()) / (len(n) - 1)
    msw = float(((scores - means[team - 1]) ** 2).sum()) / (len(team) - len(n))
    return from_mean_squares(len(n), len(team), scores.mean(), msb, msw, float(n[0])).icc1


@pytest.mark.parametrize("icc", [0.0, 0.15, 0.3])
def test_what_is_told_comes_near_the_exact_share_and_rather_stays_below(icc):
    """Simulated: 24 groups of 9. Averages are cut off and the spread is assumed, so not exact."""
    off = []
    units = (Unit("f", "F", None, 0), *(Unit(f"u{i}", f"U{i}", "f", 10) for i in range(24)))
    for seed in range(5):
        answers, scores = answers_of(24, 9, icc, seed)
        report = build(
            QUESTIONNAIRE, release(QUESTIONNAIRE, answers, None, None, units, Policy()), FACTS
        )
        off += [
            found.share - exact_icc(scores[found.scale], answers.team)
            for found in report.comparisons
            if found.scale != "INDEX"
        ]
    assert len(off) == 35
    assert -0.07 < np.mean(off) < 0.01
    assert np.std(off) < 0.06


def test_somebody_elses_scales_are_not_compared_since_their_spread_is_not_known():
    answers, _ = answers_of(24, 9, 0.3, 1)
    units = (Unit("f", "F", None, 0), *(Unit(f"u{i}", f"U{i}", "f", 10) for i in range(24)))
    released = release(QUESTIONNAIRE, answers, None, None, units, Policy())
    assert build(QUESTIONNAIRE, released, FACTS).comparisons
    assert build(QUESTIONNAIRE, released, FACTS, judged=False).comparisons == ()


def test_a_low_response_is_told_in_words_and_blames_nobody():
    low, high = make_group("North", 5, 10), make_group("South", 9, 10)
    report = make_report(low, high)
    assert across_words.response_title(report) == "Fewer than 60\u00a0% answered in North"
    assert across_words.response_word(low, report) == "fewer than 60\u00a0%: no verdict"
    assert across_words.response_word(high, report) == "enough for a verdict"
    assert "never who" in across_words.silence_sentence(report)
    assert across_words.response_title(make_report(high)) == (
        "At least 60\u00a0% answered in the one group shown"
    )


def test_an_organisation_whose_scale_is_withheld_is_read_as_unclear():
    whole = make_group(figures={"PAST": TOO_FEW})
    figure = Released(0.0, 40, 0.1)
    group = ReleasedGroup("tenure.", "", "wider", None, ("u",), 10, 20, {"tenure:PAST": figure}, {})
    found = stories(ASKED, Release((), Policy(), (group,), ()), whole)
    assert found is not None
    assert found.sign == "unclear"
