"""A report cut down to one group: nothing of the others is left in it."""

from dataclasses import fields, replace
from datetime import date

import pytest

from survey.charts.dimensions import dimension_chart
from survey.disclosure.values import Withheld
from survey.report.model import Commitment, GroupReport, Report
from survey.report.narrowed import UnknownGroup, only
from tests.report_factory import make_estimate, make_group, make_report

SECRET = "Ostrava"


def whole(*groups: GroupReport) -> Report:
    """A report of several groups, with all of them together as a node."""
    several = make_report(*groups)
    n, asked = sum(g.n for g in groups), sum(g.asked for g in groups)
    node = make_group("All", n=n, asked=asked, figures={})
    node = replace(
        node,
        kind="node",
        comments=(({"en": "What?"}, (f"{SECRET} said so",)),),
        units=(SECRET,),
        hidden=("mark",),
    )
    report: Report = replace(
        several, organisation=node, left_out=(SECRET,), answered=n, asked=asked + 4
    )
    return report


def four() -> Report:
    return whole(
        make_group("North", n=12, asked=14),
        make_group("South", n=8, asked=9),
        make_group(SECRET, n=11, asked=11),
        make_group(f"{SECRET} docks", n=6, asked=9),
    )


def told(value: object) -> str:
    return repr(value).replace(repr(four().questionnaire), "")


def test_nothing_of_another_group_is_left():
    report = four()
    seen = only(report, "north")
    assert seen.groups == (report.groups[0],)
    assert SECRET not in told(seen)
    assert (seen.asked, seen.answered, seen.left_out) == (14, 12, ())


def test_the_group_itself_is_untouched():
    report = four()
    agreed = (Commitment("the lead", "shorter meetings", date(2026, 6, 1), "open"),)
    groups = (replace(report.groups[0], agreed=agreed), *report.groups[1:])
    seen = only(replace(report, groups=groups), "north")
    assert seen.groups == groups[:1]


def test_all_together_keep_their_averages_and_nothing_else():
    report = four()
    node = only(report, "north").organisation
    assert node
    assert report.organisation
    assert [d.figure for d in node.dimensions] == [d.figure for d in report.organisation.dimensions]
    kept = {"key", "name", "kind", "n", "asked", "dimensions", "index", "could_show"}
    for field in fields(GroupReport):
        if field.name not in kept:
            assert not getattr(node, field.name), field.name
    assert not node.could_show


def test_what_is_added_to_a_report_later_is_left_out_until_somebody_decides():
    decided = {
        "facts",
        "questionnaire",
        "policy",
        "groups",
        "organisation",
        "left_out",
        "asked",
        "answered",
        "previous",
    }
    added = {field.name for field in fields(Report)} - decided
    seen = only(four(), "north")
    bare = Report(**{name: getattr(seen, name) for name in decided})
    assert seen == bare, f"decide what a group's own readers may see of {sorted(added)}"


def test_of_two_groups_the_mark_of_all_would_tell_the_other_one():
    report = whole(make_group("North", n=12, asked=14), make_group(SECRET, n=8, asked=9))
    assert only(report, "north").organisation is None


def sized(*people: int) -> Report:
    """A report of groups of these sizes, keys a, b, c and so on."""
    return whole(*(make_group(chr(65 + at), n=n, asked=n) for at, n in enumerate(people)))


def test_of_three_groups_the_mark_would_nearly_tell_the_largest():
    for key in "abc":
        assert only(sized(5, 6, 60), key).organisation is None
        assert only(sized(20, 20, 20), key).organisation is None


def test_a_group_that_is_most_of_the_others_takes_their_mark_away():
    report = sized(5, 6, 7, 60)
    for key in "abc":
        assert only(report, key).organisation is None
        assert dimension_chart(report.groups[0], only(report, "a"), False) != dimension_chart(
            report.groups[0], report, False
        )
    assert only(report, "d").organisation, "its own readers see three others, none of them most"


def test_half_of_the_others_is_not_most_of_them():
    assert only(sized(9, 5, 10, 15), "a").organisation
    assert only(sized(9, 5, 10, 16), "a").organisation is None


def test_the_index_goes_by_the_groups_that_have_one():
    report = sized(10, 10, 10, 10, 10)
    hidden = Withheld("too_few")
    groups = tuple(
        replace(group, index=hidden) if at else group for at, group in enumerate(report.groups)
    )
    for seen, shown in ((report, True), (replace(report, groups=groups), False)):
        node = only(seen, "a").organisation
        assert node
        assert isinstance(node.index, Withheld) is not shown


def test_a_dimension_that_only_three_groups_have_loses_its_mark():
    silent = {"TRUST": Withheld("too_few")}
    report = whole(
        make_group("North", n=12),
        make_group("South", n=12),
        make_group("West", n=12),
        make_group("East", n=12, figures=silent),
    )
    node = only(report, "north").organisation
    assert node
    assert report.organisation
    assert "TRUST" not in [d.id for d in node.dimensions]
    assert len(node.dimensions) == len(report.organisation.dimensions) - 1


def test_the_chart_of_a_group_is_the_same_as_in_the_whole_report():
    """Where its mark of all groups stays: four groups, none of the others most of them."""
    report = four()
    seen = only(report, "north")
    for narrow in (False, True):
        assert dimension_chart(seen.groups[0], seen, narrow) == dimension_chart(
            report.groups[0], report, narrow
        )


def test_a_group_that_stands_alone_has_no_mark_beside_it():
    report = whole(make_group("North", n=12, asked=14))
    assert only(report, "north").organisation is None


def test_there_must_be_such_a_group():
    for key in ("", "all", "nobody"):
        with pytest.raises(UnknownGroup):
            only(four(), key)


def test_the_search_finds_what_it_looks_for():
    assert SECRET in told(four())
    assert make_estimate() != make_estimate(3.5)
