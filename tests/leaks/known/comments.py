"""Leaks of what people write: who wrote it, or whom they wrote about."""

from tests.leaks.leak import SQLITE, leak

RELEASE = "survey/disclosure/release.py"
RELEASES = "survey/storage/releases.py"
TEST_RELEASE = "tests/core/test_release.py::test_"
TEST_COMMENTS = "tests/core/test_comments.py::test_"
TEST_HIDING = "tests/test_services_hiding.py::test_"

LEAKS = (
    leak(
        "comments of five people",
        "Comments are shown of a group of five, who know each other's way of writing.",
        RELEASE,
        "wider = widen(honest, groups, max(policy.single, policy.scores))",
        "wider = widen(honest, groups, policy.scores)",
        TEST_RELEASE + "comments_wait_for_ten_people_and_stand_in_the_order_of_the_alphabet",
    ),
    leak(
        "comments in the order of boxes",
        "The third comment of one question and the third of the next are one person's.",
        RELEASE,
        "tuple(sorted(filter(None, (texts[at] for at in inside))))",
        "tuple(filter(None, (texts[at] for at in inside)))",
        TEST_COMMENTS + "no_order_joins_what_one_person_wrote_to_two_questions",
    ),
    leak(
        "comments lie as they were handed over",
        "The tables keep the order in which comments came to them.",
        RELEASES,
        "for place, text in enumerate(in_no_order(texts)):",
        "for place, text in enumerate(texts):",
        "tests/storage/test_releases.py::"
        "test_whatever_order_they_are_handed_over_in_the_rows_are_the_same" + SQLITE,
    ),
    leak(
        "nothing is masked",
        "Names, addresses and telephone numbers stay in the comments.",
        RELEASE,
        "masked = _masked(comments or {}, masking or Masking())",
        "masked = comments or {}",
        TEST_COMMENTS + "the_order_follows_from_what_is_left_after_masking",
    ),
    leak(
        "e-mail addresses are not masked",
        "A comment that gives an address away is shown as it is.",
        "survey/disclosure/masking.py",
        '            ("[e-mail]", lambda text: _places(EMAIL, text)),\n',
        "",
        TEST_COMMENTS + "without_names_addresses_are_taken_out_all_the_same[None]",
    ),
    leak(
        "names of the roster are not masked",
        "The names that were written down to be masked are not looked for.",
        "survey/services/closing.py",
        "Masking(view.masked, view.client)",
        "Masking()",
        TEST_HIDING + "names_are_taken_out_before_anything_is_written" + SQLITE,
    ),
    leak(
        "a hidden comment is still shown",
        "What a consultant took off the pages stands on them all the same.",
        RELEASES,
        "shown = sa.and_(table.survey == slug, table.hidden.is_(False))",
        "shown = table.survey == slug",
        TEST_HIDING + "a_hidden_comment_leaves_the_release_and_is_counted" + SQLITE,
    ),
    leak(
        "how many are behind comments",
        "The count of a wider group, less those of its parts, is that of a small unit.",
        RELEASE,
        'n=policy.single if group.kind == "wider" else group.n,',
        "n=group.n,",
        TEST_RELEASE + "comments_wait_for_ten_people_and_stand_in_the_order_of_the_alphabet",
    ),
)
