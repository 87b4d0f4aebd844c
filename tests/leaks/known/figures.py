"""Leaks of figures: what somebody who reads reports cleverly would learn from them."""

from tests.leaks.leak import SQLITE, Change, leak

PRECISION = "survey/disclosure/precision.py"
AVERAGES = "survey/disclosure/averages.py"
FIGURES = "survey/disclosure/figures.py"
ROLLUP = "survey/disclosure/rollup.py"
RELEASE = "survey/disclosure/release.py"
SPLIT = "survey/disclosure/split.py"
TEST_PRECISION = "tests/core/test_precision.py::test_"
TEST_RELEASE = "tests/core/test_release.py::test_"
TEST_ROLLUP = "tests/core/test_rollup.py::test_"
TOGETHER = "tests/adversary/test_figures_together.py::test_"
TEST_SPLIT = "tests/core/test_split.py::test_"

LEAKS = (
    leak(
        "exact mean",
        "Means leave the door unrounded: two of them, one answer apart, tell that answer.",
        PRECISION,
        "at = floor(place + 0.5)",
        "at = place",
        TEST_PRECISION + "steps_and_clips_scale_with_the_answer_range",
    ),
    leak(
        "no margin",
        "A mean of 5.0 is shown as 5.0: everybody gave the highest answer.",
        PRECISION,
        "inside = np.minimum(margin(1, lo, hi) / np.maximum(n, 1), half)",
        "inside = np.zeros_like(mean)",
        TEST_PRECISION + "an_outsider_can_rule_out_no_answer_of_anybody[5-score-3]",
    ),
    leak(
        "items of harm one by one",
        "Beside a sign of harm, low means of the items it is made of tell who answered what.",
        FIGURES,
        "if asks_about_harm(questionnaire, scale):",
        "if False:",
        TEST_RELEASE + "single_statements_of_the_dimension_that_asks_about_harm_are_never_shown",
    ),
    leak(
        "margin at the top only",
        "A team in which everybody gave the lowest answer is known to have done so.",
        PRECISION,
        "return np.clip(mean, low, high), below, above",
        "return np.minimum(mean, high), 0.0 * below, above",
        TEST_PRECISION + "an_outsider_can_rule_out_no_answer_of_anybody[5-score-3]",
    ),
    leak(
        "margin of one answer",
        "A colleague who subtracts an own answer is certain of what somebody else gave.",
        PRECISION,
        "return max(1.5 * span, min(span + 1, 2 * span)) / n",
        "return span / n",
        TEST_PRECISION + "a_colleague_who_knows_their_own_answer_is_certain_of_nobody[5-score-3]",
    ),
    leak(
        "share of people not clipped",
        "That everybody, or nobody, chose an option is told of a group.",
        PRECISION,
        "inside = min(max(share, SHARE_CLIP), 1 - SHARE_CLIP)",
        "inside = share",
        TEST_PRECISION + "a_share_never_tells_whether_one_person_chose_an_option[10]",
    ),
    leak(
        "item means not clipped",
        "A scale above its items' margins tells more of them than each of them does.",
        AVERAGES,
        "people, counts, clipped, below, above)",
        "people, counts, mean, below, above)",
        TOGETHER + "what_lies_beyond_a_margin_changes_nothing_in_the_whole_report",
    ),
    leak(
        "scale from scores, items beside it",
        "From ten people on, the mean of scores is shown beside items that were clipped first.",
        FIGURES,
        "return {name: _items_figure(means, of_part, door) for name, of_part in parts.items()}",
        "return {\n            name: _items_figure(means, of_part, door) for name, of_part in"
        " parts.items()\n        } | {scale: _whole_figure(tallied, door)}",
        TOGETHER + "what_lies_beyond_a_margin_changes_nothing_in_the_whole_report",
    ),
    leak(
        "difference of facets told finer",
        "Scale and facets of a small team together give away a person's facet.",
        PRECISION,
        "return int(difference >= half - ROUNDING) - int(difference <= ROUNDING - half)",
        "return round(4 * difference / half)",
        TOGETHER + "a_scale_and_its_facets_tell_nobodys_answer_below_ten_people[6]",
        also=[Change(FIGURES, '-1: "low"}[side],', '-1: "low"}.get(side, ""),')],
    ),
    leak(
        "facets of five people",
        "The difference of two facets is told of teams in which it gives somebody away.",
        PRECISION,
        "CONTRAST_LEAST = 6",
        "CONTRAST_LEAST = 5",
        TOGETHER + "a_scale_and_its_facets_tell_nobodys_answer_below_ten_people[5]",
    ),
    leak(
        "margin of a scale with facets beside it",
        "The scale is clipped as if it stood alone, but its facets tell more about it.",
        FIGURES,
        "behind = n if tallied.contrast is None else min(n, CONTRAST_MARGIN)",
        "behind = n",
        TOGETHER + "a_scale_and_its_facets_tell_nobodys_answer_below_ten_people[9]",
    ),
    leak(
        "every option of the pick list",
        "As everybody picks so many, the shares of all options tell what nobody picked.",
        FIGURES,
        "figure if at in first or isinstance(figure, Withheld) else LESS_OFTEN",
        "figure",
        TOGETHER + "the_options_that_are_told_leave_open_who_chose_any_other",
    ),
    leak(
        "single questions of five people",
        "Single questions are shown of groups of five, where they say too much.",
        FIGURES,
        "if door.printed >= door.policy.single:",
        "if door.printed >= door.policy.scores:",
        TEST_RELEASE + "single_questions_need_ten_answers_scores_need_five",
    ),
    leak(
        "more people than are printed",
        "A figure tells of one person more than its group has; the difference is that person.",
        FIGURES,
        "n = min(int(scores.people[door.group]), door.printed)",
        "n = int(scores.people[door.group])",
        TEST_RELEASE + "no_figure_tells_of_more_people_than_are_printed_for_the_group",
    ),
    leak(
        "the largest dimension decides",
        "A group is shown though fewer than five of it answered some dimension.",
        ROLLUP,
        "return int(np.sum(found, axis=0).min()) if found else 0",
        "return int(np.sum(found, axis=0).max()) if found else 0",
        TEST_ROLLUP + "the_smallest_dimension_decides",
    ),
    leak(
        "small units by themselves",
        "Units of two people have a report of their own.",
        ROLLUP,
        "        if n >= k:\n            yield Group(",
        "        if n >= 1:\n            yield Group(",
        TEST_RELEASE + "nothing_is_released_of_fewer_than_five_whatever_they_answered",
    ),
    leak(
        "naive threshold",
        "Too small units have no report, but are counted in another: what is left is theirs.",
        RELEASE,
        "by_unit = np.array([group_of_unit.get(unit.id, -1) for unit in units], dtype=np.int64)",
        "by_unit = np.array([group_of_unit.get(unit.id, 0) for unit in units], dtype=np.int64)",
        "tests/adversary/test_row_space.py::"
        "test_nothing_published_moves_with_the_answers_of_who_is_left_out",
    ),
    leak(
        "pooled units below the minimum",
        "Small units are pooled and shown though they are too few together.",
        ROLLUP,
        "if loose.units and n >= k:",
        "if loose.units:",
        TEST_ROLLUP + "what_is_too_small_even_together_goes_on_up",
    ),
    leak(
        "the rest of the organisation",
        "What is too small even at the top is shown as a group.",
        ROLLUP,
        "if top.units and top.smallest(counts) >= k:",
        "if top.units:",
        TEST_ROLLUP + "what_stays_too_small_at_the_top_is_left_out",
    ),
    leak(
        "know and do of too few",
        "A practice that two people of a group work with is shown of these two.",
        AVERAGES,
        "enough = counts >= least",
        "enough = counts >= 1",
        TEST_RELEASE + "a_measure_that_too_few_answered_is_withheld_alone",
        also=[
            Change(PRECISION, "if n < max(least, TABLE[measure][0].least):", "if n < 1:"),
            Change(
                PRECISION, '"class": (Precision(5, 1 / 16),),', '"class": (Precision(1, 1 / 16),),'
            ),
        ],
    ),
    leak(
        "what appears depends on the answers",
        "A figure at the margin is hidden, and that it is hidden tells what it was.",
        PRECISION,
        "    step = precision(measure, n).step * (hi - lo)\n",
        '    if mean.below or mean.above:\n        return Withheld("too_few")\n'
        "    step = precision(measure, n).step * (hi - lo)\n",
        TEST_PRECISION + "steps_and_clips_scale_with_the_answer_range",
        TEST_RELEASE + "what_appears_depends_on_counts_only",
    ),
    leak(
        "a lower minimum",
        "A survey can be opened that shows results of three people.",
        "survey/disclosure/values.py",
        "if self.scores < 5 or self.single < 10 or self.spread < 12:",
        "if self.scores < 3:",
        TEST_RELEASE + "a_policy_below_the_least_cannot_be_made",
    ),
    leak(
        "how many report harm",
        "Not only that several people report harm is told, but how many.",
        "survey/disclosure/harm.py",
        "return Released(float(signal), policy.single, 1.0)",
        "return Released(float(reports.mean()), policy.single, 1.0)",
        TEST_RELEASE + "harm_is_told_of_ten_people_and_more_and_never_of_fewer",
    ),
    leak(
        "split near the ends",
        "That a team is split is told where almost everybody else then stands at one end.",
        SPLIT,
        "enough: Bools = (spare >= _elsewhere(items, span, far)) & (left >= 0).all(axis=0)",
        "enough: Bools = np.ones_like(spare, dtype=bool)",
        "tests/adversary/test_split.py::"
        "test_neither_word_rules_out_what_the_means_leave_open[20-2]",
    ),
    leak(
        "the next wave shows results from fewer answers on",
        "Fewer groups are told of together than before: the rest of both reports is a few people.",
        "survey/services/opening.py",
        """    if policy_of(earlier) != plan.policy:
        raise PlanError([other_least(earlier.policy_scores)])
""",
        "",
        "tests/test_services_opening.py::"
        "test_an_earlier_wave_of_another_client_of_other_questions_or_another_tree_is_refused"
        + SQLITE,
    ),
    leak(
        "split of five people",
        "Of a small team it is told whether it is split, and so how few stand on one side.",
        SPLIT,
        "few = min(n, door.printed) < max(door.policy.spread, rules.split_answers)",
        "few = n < 6",
        TEST_SPLIT + "it_is_told_from_twelve_scores_on",
    ),
    leak(
        "camps of two",
        "Who stands on a side knows, where there is no split, that hardly anybody else does.",
        SPLIT,
        "LEAST_CAMP = 3",
        "LEAST_CAMP = 1",
        TEST_SPLIT + "a_camp_is_of_three_people_at_least",
    ),
    leak(
        "split of the dimension that asks about harm",
        "Beside a sign of harm, that the team is split tells how many of the others stand low.",
        SPLIT,
        "if asks_about_harm(questionnaire, scale.id):",
        "if False:",
        TEST_SPLIT
        + "of_the_dimension_that_asks_about_harm_and_of_what_is_no_dimension_it_is_never_told",
    ),
)
