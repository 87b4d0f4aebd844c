"""Made reports for tests of what is shown: any figures, also such as no survey would give.

Nothing here is computed as `survey.report.build` does it: a chart has to be true of the figures it
is given, whatever they are. `make_report` gives one usual report; `reports()` any.
"""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from survey.disclosure.values import Policy, Released, Withheld
from survey.questionnaire.definition import Questionnaire
from survey.report.model import (
    Change,
    Estimate,
    Facts,
    GroupReport,
    ItemResult,
    PickResult,
    PracticeResult,
    Report,
    ScaleResult,
    Verdict,
)
from tests.factories import english, make_questionnaire

QUESTIONNAIRE = make_questionnaire(practices=4)
FACTS = Facts("Spring", "Meridian", "coaching", date(2026, 3, 1), date(2026, 3, 20), ("TRUST",))
TOO_FEW = Withheld("too_few")
STATES = "strong", "sound", "unclear", "weak"


def make_estimate(value=3.4, state="sound", half=0.4, n=8, edge="", step=0.1):
    """Return a released mean with an interval around it; clipped where it has an edge."""
    low = 1.0 if edge == "low" else max(1.0, value - half)
    high = 5.0 if edge == "high" else min(5.0, value + half)
    return Estimate(Released(value, n, step, edge), low, high, 0.5, 0.5, state)


def make_scale_result(scale_id, figure, facets=()):
    name = next((s.name for s in QUESTIONNAIRE.scales if s.id == scale_id), english(scale_id))
    return ScaleResult(scale_id, name, figure, tuple(facets))


def make_practice(practice, know=4.0, do=3.0, gap=1.0, clear=True, n=12, advice="start_here"):
    estimate = make_estimate(gap, "weak" if clear else "unclear", 0.3, n, step=0.5)
    low = 0.2 if clear else gap - 1.2
    shown = n >= 10
    return PracticeResult(
        id=practice.id,
        label=practice.label,
        statement=practice.statement,
        critical=practice.critical,
        know=Released(know, n, 0.5) if shown else TOO_FEW,
        do=Released(do, n, 0.5) if shown else TOO_FEW,
        gap=replace(estimate, low=low) if shown else TOO_FEW,
        advice=advice,
        watch=(),
    )


def make_change(scale_id="TRUST", difference=0.0, half=0.4):
    name = next(s.name for s in QUESTIONNAIRE.scales if s.id == scale_id)
    low, high = difference - half, difference + half
    before, after = Released(3.0, 8, 0.1), Released(round(3.0 + difference, 1), 8, 0.1)
    clear = low > 0 or high < 0
    return Change(scale_id, name, before, after, difference, low, high, clear, 0.7)


def make_group(name="North", n=8, asked=10, figures=None, **more):
    """Return a whole group; `figures` are those of the dimensions by id, else all the same."""
    figures = figures or {}
    dimensions = tuple(
        make_scale_result(d.id, figures.get(d.id, make_estimate(n=n)))
        for d in QUESTIONNAIRE.dimensions
    )
    shown = Released(3.5, n, 0.5) if n >= 10 else TOO_FEW
    group = GroupReport(
        key=name.lower().replace(" ", "-"),
        name=name,
        kind="whole",
        units=(name,),
        n=n,
        asked=asked,
        dimensions=dimensions,
        index=make_estimate(n=n),
        capacity=make_scale_result("CAPACITY", make_estimate(n=n)),
        resolve=make_scale_result("RESOLVE", make_estimate(n=n)),
        items=tuple(ItemResult(i.id, i.scale, i.text, i.key, shown) for i in QUESTIONNAIRE.items),
        practices=tuple(make_practice(p, n=n) for p in QUESTIONNAIRE.practices),
        picks=tuple(
            PickResult(c.id, c.text, Released(0.3, n, 0.1) if n >= 10 else TOO_FEW)
            for c in (QUESTIONNAIRE.pick_list.options if QUESTIONNAIRE.pick_list else ())
        ),
        comments=(),
        verdict=Verdict("ready_with_conditions", (), ("TRUST",), "TRUST", "not_yet", "ready"),
        changes=(),
    )
    return replace(group, **more)


def make_report(*groups, left_out=(), questionnaire: Questionnaire = QUESTIONNAIRE, **more):
    """Return a report of the groups given; the organisation is made up beside them."""
    groups = groups or (make_group(), make_group("South", 12, 14))
    n, asked = sum(g.n for g in groups), sum(g.asked for g in groups)
    units = tuple(u for g in groups for u in g.units)
    whole = make_group("Meridian", n, asked, kind="node", key="all", units=units, verdict=None)
    report = Report(
        facts=FACTS,
        questionnaire=questionnaire,
        policy=Policy(),
        groups=groups,
        organisation=whole,
        left_out=tuple(left_out),
        asked=asked,
        answered=n,
        previous=FACTS,
    )
    return replace(report, **more)


means = st.integers(10, 50).map(lambda tenths: tenths / 10)
estimates = st.builds(
    make_estimate,
    means,
    st.sampled_from(STATES),
    st.floats(0.1, 1.5),
    st.integers(5, 40),
    st.sampled_from(["", "", "low", "high"]),
)
figures = st.one_of(estimates, estimates, estimates, st.just(TOO_FEW))
changes = st.builds(
    make_change,
    st.sampled_from(["TRUST", "COOP", "PAST"]),
    st.floats(-2, 2).map(lambda value: round(value, 2)),
    st.floats(0.1, 1.5),
)
practices = st.builds(
    make_practice,
    st.sampled_from(QUESTIONNAIRE.practices),
    st.sampled_from([2.0, 3.0, 4.0]),
    st.sampled_from([2.0, 3.0, 4.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.booleans(),
    st.sampled_from([8, 12]),
)


@st.composite
def groups(draw, name="North"):
    n = draw(st.integers(5, 40))
    return make_group(
        name,
        n,
        n + draw(st.integers(0, 9)),
        {d.id: draw(figures) for d in QUESTIONNAIRE.dimensions},
        changes=tuple(draw(st.lists(changes, max_size=4))),
        practices=tuple(draw(st.lists(practices, max_size=5))),
    )


@st.composite
def reports(draw):
    """Return reports of one to four groups with any figures, some withheld."""
    names = ["North", "South", "West", "Desk"][: draw(st.integers(1, 4))]
    left_out = draw(st.sampled_from([(), ("Office",)]))
    return make_report(*(draw(groups(name)) for name in names), left_out=left_out)
