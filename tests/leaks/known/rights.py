"""Leaks of the workspace: what somebody would see of a report, or a client, that is not theirs."""

from tests.leaks.leak import SQLITE, leak

RIGHTS = "survey/services/rights.py"
READING = "tests/web/test_reading.py::test_"
MEMBERSHIPS = "tests/test_services_memberships.py::test_"
VIEWING = "tests/test_services_viewing.py::test_"

LEAKS = (
    leak(
        "a reader is let into other groups",
        "A team leader who was given one group reads the groups of colleagues.",
        RIGHTS,
        "    return WHOLE in given or scope in given\n",
        "    return bool(given)\n",
        READING + "a_reader_of_one_group_is_shown_nothing_of_the_others",
    ),
    leak(
        "a reader's report is not narrowed",
        "On the page of the one group that was given stand figures and names of others.",
        "survey/web/readers.py",
        "        return Kept(only(kept.report, scope))\n",
        "        only(kept.report, scope)\n        return kept\n",
        READING + "a_reader_of_one_group_is_shown_nothing_of_the_others",
    ),
    leak(
        "surveys of another client are listed",
        "A consultant reads in the list which other clients there are, and what they ask.",
        "survey/services/surveys.py",
        "        query = query.where(models.Survey.client_id.in_(clients))\n",
        "        pass\n",
        MEMBERSHIPS + "a_consultant_lists_and_runs_the_surveys_of_their_clients_alone" + SQLITE,
    ),
    leak(
        "any consultant runs any survey",
        "A consultant opens the report of somebody else's client.",
        RIGHTS,
        "    return session.get(Membership, (client, user.id)) is not None\n",
        "    return True\n",
        MEMBERSHIPS + "a_consultant_lists_and_runs_the_surveys_of_their_clients_alone" + SQLITE,
    ),
    leak(
        "a survey of another client is told apart from none",
        "By trying addresses a consultant learns which surveys exist.",
        RIGHTS,
        "        return row is not None and _runs(session, user, row.client_id)\n",
        "        if row is not None and not _runs(session, user, row.client_id):\n"
        "            from werkzeug.exceptions import Forbidden\n\n"
        "            raise Forbidden\n"
        "        return row is not None\n",
        "tests/web/test_rights.py::"
        "test_what_is_not_yours_answers_as_what_is_not_there[GET-stranger]",
    ),
    leak(
        "a line of the log can be changed",
        "Who opened a report they had no business with can be wiped away.",
        "survey/storage/migrations/versions/v0004_workspace.py",
        '    for what in ("UPDATE", "DELETE"):\n',
        '    for what in ("DELETE",):\n',
        VIEWING + "the_database_refuses_to_change_or_delete_a_line[sqlite-update]",
    ),
    leak(
        "a file that is taken along is not noted",
        "A report leaves the house, and the owner is never told.",
        "survey/web/noting.py",
        '    "reading.group_take": FILE,\n',
        "",
        READING + "every_opening_is_noted_once_and_nothing_else_is",
    ),
    leak(
        "who is switched off stays signed in",
        "Somebody who has left goes on reading until the session ends by itself.",
        "survey/services/sessions.py",
        "        .where(LoginSession.complete, Account.active)\n",
        "        .where(LoginSession.complete)\n",
        "tests/web/test_rights.py::"
        "test_everybody_sees_what_is_theirs_and_of_all_else_that_nothing_is_there[off-GET]",
    ),
)
