"""Leaks of a survey that is changed while it is open: untold, too late, or to count people by."""

from tests.leaks.leak import POSTGRESQL, SQLITE, leak

RUNNING = "survey/services/running.py"
WAITING = "survey/services/waiting.py"
TEST_RUNNING = "tests/test_services_running.py::test_"
TEST_PAGES = "tests/web/test_running.py::test_"
STEADY = TEST_RUNNING + "a_step_never_moves_because_people_are_added" + SQLITE

LEAKS = (
    leak(
        "end moved without telling",
        "The end is put off and the words are new, but no list says why: nobody learns of it.",
        RUNNING,
        "    session.add(Amendment(survey=row.slug, number=row.revision, day=day, kind=kind,"
        " told=told))\n",
        "",
        TEST_RUNNING + "an_end_that_is_put_off_is_told_and_has_words_of_its_own" + SQLITE,
    ),
    leak(
        "end brought forward",
        "A survey is ended early: whoever meant to answer tomorrow is too late, and was not told.",
        RUNNING,
        "        if ends_at <= old:\n",
        "        if ends_at <= now:\n",
        TEST_RUNNING + "an_end_is_never_brought_forward" + SQLITE,
    ),
    leak(
        "changes are no part of the text",
        "Whoever can write to the database takes a change off the list, and the words still fit.",
        "survey/ballots/fingerprint.py",
        '    for change in frozen.changes:\n        yield "changed", change\n',
        "",
        TEST_RUNNING + "a_change_that_is_hidden_or_altered_no_longer_fits_the_words" + SQLITE,
    ),
    leak(
        "people added after half-time",
        "On the last day, when the steps are known, somebody adds codes and answers with them.",
        RUNNING,
        "    if now >= half:\n",
        "    if now >= end:\n",
        TEST_RUNNING + "people_can_be_added_until_half_of_the_time_told_first" + SQLITE,
    ),
    leak(
        "half-time moves with the end",
        "Putting the end off opens the time again in which people can be added.",
        RUNNING,
        "    end = datetime.fromisoformat(first) if first else row.ends_at\n",
        "    end = row.ends_at\n",
        TEST_RUNNING + "people_can_be_added_until_half_of_the_time_told_first" + SQLITE,
    ),
    leak(
        "steps move with those who are added",
        "One person is added a day: the day on which the step falls tells how many have answered.",
        WAITING,
        "replace(u, asked=u.asked - view.spare - added.get(u.id, 0))",
        "replace(u, asked=u.asked - view.spare)",
        STEADY,
    ),
    leak(
        "participation finer than steps",
        "What is missing is told from a count, and the count changes when somebody answers.",
        WAITING,
        "    return held[at][0], held[at + 1][0] if at + 1 < len(held) else None\n",
        "    return held[at][0], held[at][0] + 1\n",
        STEADY,
        TEST_PAGES + "where_the_step_leaves_it_open_it_says_so",
    ),
    leak(
        "codes of additions lie as they were made",
        "Where new codes lie tells in which order cards were printed, or people were listed.",
        RUNNING,
        "    hashes = sorted(credential(code, slug) for code in codes)",
        "    hashes = list(credential(code, slug) for code in codes)",
        TEST_RUNNING
        + "codes_of_an_addition_lie_in_the_order_of_their_hashes_under_one_transaction"
        + POSTGRESQL,
    ),
)
