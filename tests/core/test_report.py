"""The report: everything in it follows from released values."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Release, Released, Unit, Withheld
from survey.report import change_words, verdict_words, words
from survey.report.build import build
from survey.report.model import Estimate, Facts, GroupReport, Report
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
FACTS = Facts("Spring", "Meridian", "coaching", date(2026, 3, 1), date(2026, 3, 20))
ASKED = {"north": 9, "south": 12, "west": 5, "east": 5, "desk": 15}
UNITS = (
    Unit("firm", "Meridian", None, 0),
    *(Unit(name, name.title(), "firm", asked) for name, asked in ASKED.items()),
)


def answers(levels: dict[str, tuple[int, float]], seed: int = 1) -> Answers:
    """Return answers of so many people of each unit around a level of health."""
    rng = np.random.default_rng(seed)
    columns = QUESTIONNAIRE.columns
    keys = np.array(
        [i.key for i in QUESTIONNAIRE.items] + [1] * (len(columns) - len(QUESTIONNAIRE.items))
    )
    rows, team = [], []
    for at, unit in enumerate(UNITS):
        people, level = levels.get(unit.id, (0, 3.0))
        healthy = np.clip(np.rint(rng.normal(level, 0.8, (people, len(columns)))), 1, 5)
        rows.append(np.where(keys > 0, healthy, 6 - healthy))
        team += [at] * people
    values = np.vstack(rows).astype(np.uint8)
    return Answers(
        columns, values, np.array(team, dtype=int), np.full(len(team), -1, dtype=np.int8)
    )


def released(levels: dict[str, tuple[int, float]], seed: int = 1) -> Release:
    return release(QUESTIONNAIRE, answers(levels, seed), None, None, UNITS, Policy())


def reported(levels: dict[str, tuple[int, float]], seed: int = 1) -> Report:
    return build(QUESTIONNAIRE, released(levels, seed), FACTS)


def group(report: Report, key: str) -> GroupReport:
    return next(g for g in report.groups if g.key == key)


USUAL = {
    "north": (8, 1.9),
    "south": (11, 3.3),
    "west": (3, 3.0),
    "east": (4, 3.0),
    "desk": (14, 4.1),
}


def test_a_healthy_team_is_ready_and_an_ailing_one_is_not_yet() -> None:
    report = reported(USUAL)
    desk, north = group(report, "desk"), group(report, "north")
    assert desk.verdict is not None
    assert north.verdict is not None
    assert desk.verdict.rule == "ready"
    assert north.verdict.rule == "not_yet"
    assert north.verdict.reasons[0].startswith("blocked:TRUST,")
    assert verdict_words.headline(desk, report) == "Desk can carry coaching"
    assert verdict_words.headline(north, report) == "North cannot yet carry coaching"


def test_a_sign_of_harm_changes_nothing_in_a_report() -> None:
    """Words that changed with it would tell, where they do not, that nobody else spoke up."""

    def with_signs(value: float) -> Report:
        without = released(USUAL)
        sign = Released(value, Policy().single, 1.0)
        groups = (replace(g, figures={**g.figures, "harm": sign}) for g in without.groups)
        return build(QUESTIONNAIRE, replace(without, groups=tuple(groups)), FACTS)

    assert with_signs(1.0) == with_signs(0.0)


def test_units_gathered_together_get_figures_and_never_a_verdict_or_advice() -> None:
    pooled = group(reported(USUAL), "pooled.firm")
    assert pooled.name == "Small units of Meridian"
    assert pooled.units == ("West", "East")
    assert pooled.verdict is None
    assert isinstance(pooled.dimensions[0].figure, Estimate)
    assert {p.advice for p in pooled.practices} == {None}


def test_the_organisation_is_the_sum_of_what_was_released_of_its_groups() -> None:
    report = reported(USUAL)
    assert report.organisation is not None
    assert report.organisation.n == sum(g.n for g in report.groups) == 40
    figures = [g.dimensions[0].figure for g in report.groups]
    shown = [f.released for f in figures if isinstance(f, Estimate)]
    expected = sum(f.value * f.n for f in shown) / sum(f.n for f in shown)
    whole = report.organisation.dimensions[0].figure
    assert isinstance(whole, Estimate)
    assert whole.released.value == pytest.approx(expected, abs=0.005)
    assert whole.low < whole.released.value < whole.high


def test_below_ten_answers_practices_have_advice_but_no_figures() -> None:
    report = reported({"north": (8, 4.0), "south": (11, 4.0)})
    small, large = group(report, "north").practices[0], group(report, "south").practices[0]
    assert small.know == small.do == small.gap == Withheld("too_few")
    assert small.advice is not None
    assert isinstance(large.know, Released)
    assert isinstance(large.gap, Estimate)


def test_a_clipped_mean_has_an_interval_open_to_its_side() -> None:
    report = reported({"north": (8, 4.9), "south": (11, 1.1)})
    high, low = (group(report, key).dimensions[1].figure for key in ("north", "south"))
    assert isinstance(high, Estimate)
    assert isinstance(low, Estimate)
    assert words.figure_text(high, report.policy) == "4.3 or more"
    assert high.high == 5
    assert words.figure_text(low, report.policy) == "1.6 or less"
    assert low.low == 1


def test_somebody_elses_scales_get_figures_and_no_verdict() -> None:
    report = build(QUESTIONNAIRE, released(USUAL), FACTS, judged=False)
    assert {g.verdict for g in report.groups} == {None}
    assert group(report, "north").index == Withheld("not_asked")


def test_nothing_released_gives_an_empty_report_and_names_what_is_left_out() -> None:
    report = reported({"west": (3, 3.0)})
    assert report.groups == ()
    assert report.organisation is None
    assert set(report.left_out) == {"North", "South", "West", "East", "Desk"}


def test_a_change_is_named_only_when_its_interval_leaves_out_zero() -> None:
    before, after = (
        released({"desk": (14, 2.4), "south": (11, 3.3)}),
        released({"desk": (14, 3.7), "south": (11, 3.3)}, 2),
    )
    report = build(QUESTIONNAIRE, after, FACTS, (replace(FACTS, title="Autumn"), before))
    moved = {c.scale: c for c in group(report, "desk").changes}
    still = {c.scale: c for c in group(report, "south").changes}
    assert moved["INDEX"].clear
    assert moved["INDEX"].difference > 0.8
    assert change_words.change_sentence(moved["INDEX"]).startswith("All dimensions together: up ")
    assert not still["TRUST"].clear
    assert "no clear change" in change_words.change_sentence(still["TRUST"])
    assert report.organisation is not None
    assert report.organisation.changes


def test_all_groups_together_are_told_of_all_who_were_asked() -> None:
    """Else "82 of 102" stands beside "82 of 107", and who takes one from the other wonders."""
    report = reported({"desk": (14, 3.4), "south": (11, 3.3), "west": (3, 3.0)})
    assert report.left_out
    assert report.organisation is not None
    assert report.organisation.asked == report.asked == sum(ASKED.values())


def test_waves_are_compared_only_where_the_same_units_stand_behind() -> None:
    before, after = (
        released({"desk": (14, 3), "west": (5, 3)}),
        released({"desk": (14, 3), "west": (4, 3), "east": (4, 3)}),
    )
    report = build(QUESTIONNAIRE, after, FACTS, (FACTS, before))
    assert group(report, "desk").changes
    assert group(report, "pooled.firm").changes == ()


people = st.fixed_dictionaries(
    {name: st.tuples(st.integers(0, asked), st.floats(1, 5)) for name, asked in ASKED.items()}
)


@settings(max_examples=30, deadline=None)
@given(people, st.integers(0, 50))
def test_every_sentence_stands_on_the_value_that_colours_its_mark(
    levels: dict[str, tuple[int, float]], seed: int
) -> None:
    report = reported(levels, seed)
    rules = report.questionnaire.readiness
    for one in report.groups:
        for result in one.dimensions:
            figure = result.figure
            assert isinstance(figure, Estimate)
            assert figure.low <= figure.released.value <= figure.high
            if figure.state == "weak":
                assert 1 - figure.p_floor >= rules.block
            if figure.state in ("sound", "strong"):
                assert figure.p_floor >= rules.gate
            if figure.state == "strong":
                assert figure.p_target >= rules.condition
        for name in words.weak_names(one):
            assert name in {words.text(d.name) for d in one.dimensions if d.figure.state == "weak"}  # type: ignore[union-attr]
        if one.verdict and one.verdict.rule == "ready":
            assert not words.weak_names(one)
            assert one.n >= rules.min_rate * one.asked
        assert verdict_words.headline(one, report)


@settings(max_examples=15, deadline=None)
@given(people, st.integers(0, 50))
def test_the_same_released_values_give_the_same_report(
    levels: dict[str, tuple[int, float]], seed: int
) -> None:
    out = released(levels, seed)
    assert build(QUESTIONNAIRE, out, FACTS) == build(QUESTIONNAIRE, out, FACTS)


def test_a_change_out_of_or_into_a_clipped_mean_reads_or_more() -> None:
    before, after = released({"desk": (14, 1.2)}), released({"desk": (14, 3.4)}, 2)
    report = build(QUESTIONNAIRE, after, FACTS, (FACTS, before))
    trust = next(c for c in group(report, "desk").changes if c.scale == "TRUST")
    assert trust.before.edge == "low"
    assert change_words.change_amount(trust).endswith(" or more")
    back = build(QUESTIONNAIRE, before, FACTS, (FACTS, after))
    trust = next(c for c in group(back, "desk").changes if c.scale == "TRUST")
    assert trust.difference < 0
    assert change_words.change_amount(trust).endswith(" or more")


def flat(value: float, n: int = 10, **apart: float) -> Release:
    """Return a release in which one unit has the same mean on every dimension but some."""
    template = released({"south": (n, 3.0)})
    whole = template.groups[0]
    figures = {
        name: Released(apart.get(name, value), n, 0.1)
        for name, figure in whole.figures.items()
        if isinstance(figure, Released) and name != "harm"
    }
    return replace(template, groups=(replace(whole, n=n, figures=figures),))


def test_a_mean_released_as_the_floor_itself_counts_as_below_it() -> None:
    """Half of the means that round to the floor lie below it; the team must not gain by that."""
    at, above = (
        build(QUESTIONNAIRE, flat(3.4, COOP=coop), FACTS).groups[0].verdict for coop in (3.0, 3.1)
    )
    assert at is not None
    assert above is not None
    assert at.rule == "not_enough_evidence"
    assert above.rule == "ready_with_conditions"


def test_a_verdict_that_is_too_close_says_between_what_it_lies() -> None:
    one = build(QUESTIONNAIRE, flat(3.4, COOP=3.0), FACTS).groups[0]
    said = verdict_words.turns_on(one, QUESTIONNAIRE)
    assert said.startswith("Coop may lie on either side of 3.0")
    assert said.endswith("can be said."), "what to do stands with the finding"
    unnamed = build(QUESTIONNAIRE, flat(3.4, COOP=3.0), replace(FACTS, practice="")).groups[0]
    advised = verdict_words.turns_on(unnamed, QUESTIONNAIRE)
    assert advised.endswith(
        "More answers like these would not settle it: try small, and measure after the trial."
    )
    assert "All dimensions" not in verdict_words.index_sentence(one, QUESTIONNAIRE)
    assert verdict_words.index_sentence(one, QUESTIONNAIRE).startswith("3.3 (")


def test_of_the_silent_nothing_is_said_where_there_are_none() -> None:
    everybody = build(QUESTIONNAIRE, flat(3.4, n=12), FACTS).groups[0]
    assert verdict_words.silent(everybody, QUESTIONNAIRE) == "Everybody who was asked is counted."
    few = build(QUESTIONNAIRE, flat(3.4, n=6), FACTS).groups[0]
    assert "cannot be guessed" in verdict_words.silent(few, QUESTIONNAIRE)


def test_the_gap_of_two_averages_that_are_cut_off_may_be_anything_the_cut_hides() -> None:
    template = flat(3.6, n=12)
    edged = Released(4.0, 12, 0.5, "high", above=1.0)
    figures = {**template.groups[0].figures, "KN01": edged, "DO01": edged}
    wide = replace(template, groups=(replace(template.groups[0], figures=figures),))
    gap = build(QUESTIONNAIRE, wide, FACTS).groups[0].practices[0].gap
    assert isinstance(gap, Estimate)
    assert gap.low < -1
    assert gap.high > 1
