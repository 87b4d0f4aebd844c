"""Every figure of `headwind analyse` against the values that R gives for the same answers."""

import json
from pathlib import Path

import pytest

from survey.services.analysing import analyse
from survey.services.statistics_tree import json_text

REFERENCE = Path(__file__).parent / "reference"
LOOSE = {"omega_total": 1e-3}

SCALE = {
    "k": "items", "n_complete": "complete", "alpha": "alpha", "omega_minres_cor": "omega_total",
    "item_rest": "item_rest",
}  # fmt: skip
BETWEEN = {
    "K": "teams", "N": "n", "grand_mean": "mean", "MSB": "msb", "MSW": "msw", "F": "f",
    "df1": "df1", "df2": "df2", "p": "p", "n0": "n0", "icc1_n0": "icc1",
    "icc1_ci95_n0": "icc1_interval", "icc2": "icc2",
}  # fmt: skip
STANDING = {
    "n": "scored", "mean": "mean", "df": "standing.df", "sd_mod": "standing.sd",
    "se": "standing.se", "lo": "standing.low", "hi": "standing.high",
    "p_ge.c3": "standing.at_least.3/0", "p_ge.c3/5": "standing.at_least.3/5",
}  # fmt: skip
AGREEMENT = {
    "n_complete": "complete", "rwgj_uniform": "rwg_uniform", "rwgj_slight_skew": "rwg_skewed",
    "adm_j": "ad_m",
}  # fmt: skip
EDGE_TEAM = AGREEMENT | {
    "n_scored": "scored", "mean": "mean", "sd": "sd", "alpha": "alpha",
    "polarization": "polarization", "fpc.se": "design.se", "fpc.lo": "design.low",
    "fpc.hi": "design.high", "bounds_mean": "bounds", "wilson_fpc": "favourable.wilson",
    "hypergeom": "favourable.hypergeometric",
}  # fmt: skip
PRACTICE = {
    "n": "n", "know": "know", "do": "do", "gap": "gap", "chasm_share": "chasm_share",
    "se_fpc": "design.se", "lo95": "design.low", "hi95": "design.high", "post.se": "standing.se",
    "post.lo": "standing.low", "post.hi": "standing.high", "post.p_ge.c1": "standing.at_least.1/0",
}  # fmt: skip
CHANGE = {
    "posterior.diff": "difference", "posterior.se": "se", "posterior.df": "df",
    "posterior.lo": "low", "posterior.hi": "high", "posterior.p_better": "p_better",
    "hedges_g": "hedges_g", "cliff": "cliffs_delta",
}  # fmt: skip
TENURE = {
    "n_new": "newcomers", "n_vet": "veterans", "mean_new": "mean_newcomers",
    "mean_vet": "mean_veterans", "within_team_fixed_effect.diff": "difference",
    "within_team_fixed_effect.se": "se", "within_team_fixed_effect.df": "df",
}  # fmt: skip
NOT_THERE = object()


def reach(tree, path):
    """Go down a tree by keys with dots between; a slash in a key stands for a dot."""
    for key in path.split("."):
        tree = tree.get(key.replace("/", "."), NOT_THERE) if isinstance(tree, dict) else NOT_THERE
    return tree


def differences(expected, found, tolerance=1e-6):
    """Leaves in which two trees differ, as text; undefined must be None on both sides."""
    if isinstance(expected, dict):
        return [d for k, v in expected.items() for d in differences(v, found[k], tolerance)]
    if isinstance(expected, list):
        if found is None:
            found = [None] * len(expected)
        pairs = zip(expected, found, strict=True)
        return [d for e, f in pairs for d in differences(e, f, tolerance)]
    if isinstance(expected, bool | str | None) or not isinstance(found, int | float):
        same = expected == found and type(expected) is type(found)
    else:
        same = abs(expected - found) <= tolerance * max(1.0, abs(expected))
    return [] if same else [f"expected {expected!r}, found {found!r}"]


def compare(where, expected, found, names):
    """Compare what both name; return (figures compared, what differs)."""
    wrong, compared = [], 0
    for theirs, ours in names.items():
        value = reach(expected, theirs)
        if value is not NOT_THERE:
            compared += 1
            tolerance = LOOSE.get(ours, 1e-6)
            told = differences(value, reach(found, ours), tolerance)
            wrong += [f"{where} {ours}: {difference}" for difference in told]
    return compared, wrong


def statistics(folder, **how):
    analysis = analyse(folder / "responses_wide.csv", roster=folder / "teams.csv", **how)
    return json.loads("".join(json_text(analysis)), parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def synthetic():
    folder = REFERENCE / "synthetic_instrument"
    expected = json.loads((folder / "expected.json").read_text())
    return expected, statistics(folder, questionnaire="environment")


@pytest.fixture(scope="module")
def edge_cases():
    folder = REFERENCE / "edge_cases"
    expected = json.loads((folder / "expected.json").read_text())
    return expected, statistics(folder, codebook=folder / "items.csv")


def team_of(found, wave, team):
    return next(t for t in found["waves"][wave]["teams"] if t["team"] == team)


def agree(comparisons, at_least):
    """Nothing differs, and there was something to compare."""
    comparisons = list(comparisons)
    assert [line for _, wrong in comparisons for line in wrong] == []
    assert sum(compared for compared, _ in comparisons) >= at_least


def test_every_edge_case_has_the_figures_of_r(edge_cases):
    expected, found = edge_cases
    teams = expected["teams"].items()
    agree(
        (compare(t, e, team_of(found, 0, t)["scales"]["E"], EDGE_TEAM) for t, e in teams),
        at_least=100,
    )
    agree(
        (compare(t, e["post"], team_of(found, 0, t)["scales"]["E"], STANDING) for t, e in teams),
        at_least=60,
    )


def test_nobody_scored_is_null_and_never_zero(edge_cases):
    found = team_of(edge_cases[1], 0, "nobody_scored")["scales"]["E"]
    assert found["rows"] == 2
    assert (found["scored"], found["mean"], found["sd"]) == (0, None, None)
    assert found["standing"] == {
        "se": None, "df": None, "sd": None, "low": None, "high": None,
        "at_least": {"3.0": None, "3.5": None},
    }  # fmt: skip
    assert found["favourable"] == {
        "count": 0, "share": None, "wilson": [None, None], "hypergeometric": None
    }  # fmt: skip


def test_a_codebook_gives_no_verdict(edge_cases):
    found = edge_cases[1]
    assert set(found) == {"waves"}
    assert set(found["waves"][0]) == {"wave", "scales", "between", "teams"}
    assert not {"index", "practices", "readiness"} & set(found["waves"][0]["teams"][0])


def test_scales_pooled_over_teams_have_the_figures_of_psych(synthetic):
    expected, found = synthetic
    scales = expected["scale_stats_wave1"].items()
    agree((compare(s, e, found["waves"][0]["scales"][s], SCALE) for s, e in scales), at_least=35)


def test_differences_between_teams_have_the_figures_of_r(synthetic):
    expected, found = synthetic
    scales = expected["between_wave1"].items()
    agree((compare(s, e, found["waves"][0]["between"][s], BETWEEN) for s, e in scales), 100)


def test_every_dimension_of_every_team_has_the_figures_of_r(synthetic):
    expected, found = synthetic
    done = []
    for e in expected["teams"]:
        team = team_of(found, e["wave"] - 1, e["team"])
        for d in e["dims"]:
            where, scale = f"{e['team']} {d}", team["scales"][d]
            done.append(compare(where, e["dims"][d], scale, STANDING))
            done.append(compare(where, e["agreement"][d], scale, AGREEMENT))
            done.append(compare(where, e["split"][d], scale, {"split_flag": "split"}))
        done.append(compare(f"{e['team']} index", e["index"], team["index"], STANDING))
    agree(done, at_least=3500)


def test_every_practice_of_every_team_has_the_figures_of_r(synthetic):
    expected, found = synthetic
    agree(
        (
            compare(f"{e['team']} {p}", gap, found_team["practices"][p], PRACTICE)
            for e in expected["teams"]
            for found_team in [team_of(found, e["wave"] - 1, e["team"])]
            for p, gap in e["gap"].items()
        ),
        at_least=4500,
    )


def test_every_verdict_is_that_of_r_with_its_reasons_and_conditions(synthetic):
    expected, found = synthetic
    for e in expected["teams"]:
        team = team_of(found, e["wave"] - 1, e["team"])
        readiness = team["readiness"]
        lower, higher = (s["verdict"] for s in e["sensitivity_delta"])
        assert team["harm_signal"] == e["harm_signal"], e["team"]
        assert readiness["rule"] == e["verdict"], e["team"]
        assert readiness["reasons"] == e["why"], e["team"]
        assert readiness["conditions"] == e["conditions"], e["team"]
        assert readiness["weakest"] == e["weakest"], e["team"]
        assert (readiness["silent_lower"], readiness["silent_higher"]) == (lower, higher)


def test_changes_have_the_figures_of_r(synthetic):
    expected, found = synthetic
    done = []
    for e in expected["change"]:
        change = next(c for c in found["changes"] if c["team"] == e["team"])
        for scale in ("INDEX", "TRUST", "PAST"):
            where = f"{e['team']} {scale}"
            done.append(compare(where, e[scale], change["scales"][scale], CHANGE))
    agree(done, at_least=400)


def test_the_tenure_contrast_has_the_figures_of_r(synthetic):
    expected, found = synthetic
    tenure = found["waves"][0]["tenure"]["PAST"]
    agree([compare("tenure", expected["tenure_PAST_wave1"], tenure, TENURE)], at_least=7)


def test_a_scale_that_was_not_asked_is_there_with_nothing_in_it(synthetic):
    resolve = synthetic[1]["waves"][0]["scales"]["RESOLVE"]
    assert (resolve["items"], resolve["rows"], resolve["scored"]) == (2, 167, 0)
    assert resolve["mean"] is None
    assert resolve["alpha_interval"] == [None, None]
