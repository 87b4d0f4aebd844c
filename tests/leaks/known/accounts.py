"""Leaks of accounts: how somebody would come in who must not, or learn who has an account."""

from tests.leaks.leak import SQLITE, leak

WAYS_IN = "survey/services/ways_in.py"
TEST_WAYS_IN = "tests/test_services_ways_in.py::test_"
HELPING = "survey/services/helping.py"
TEST_HELPING = "tests/test_services_helping.py::test_"
TEST_FACTOR = "tests/test_services_second_factor.py::test_"
TEST_SETUP = "tests/web/test_setup.py::test_"

LEAKS = (
    leak(
        "the set-up link works twice",
        "Whoever finds the link in a terminal or a mail makes an owner for themselves.",
        WAYS_IN,
        """        spend(session, token, "setup", now)
        if _anybody(session):
            raise LinkUsedUp
        session.execute(sa.delete(Ticket))
""",
        """        look_at(session, token, "setup", now)
""",
        TEST_WAYS_IN + "the_set_up_link_is_dead_as_soon_as_there_is_anybody" + SQLITE,
    ),
    leak(
        "a half session sees pages",
        "The password alone is enough, whatever second factor there is.",
        "survey/services/sessions.py",
        ".where(LoginSession.complete, Account.active)",
        ".where(Account.active)",
        "tests/web/test_account.py::test_half_signed_in_one_sees_no_page",
    ),
    leak(
        "digits count twice",
        "Whoever looks over a shoulder signs in with the same digits.",
        "survey/services/second_factor.py",
        "    row.second_step = step\n",
        "",
        TEST_FACTOR + "digits_count_once_and_those_before_them_no_more" + SQLITE,
    ),
    leak(
        "a recovery code counts twice",
        "A code that was thrown away after use opens the account again.",
        "survey/services/second_factor.py",
        "    row.recovery = left\n",
        "",
        TEST_FACTOR + "each_recovery_code_counts_once_however_it_is_typed" + SQLITE,
    ),
    leak(
        "the page for forgotten passwords knows addresses",
        "Anybody can ask who has an account here.",
        "survey/web/setup.py",
        """        ask_for_password(database, str(form.email.data), _link, site().clock())
""",
        """        ask_for_password(database, str(form.email.data), _link, site().clock())
        from survey.services.accounts import find_user

        try:
            find_user(database, str(form.email.data))
        except Exception:
            form.refuse("email", "There is no such account.")
""",
        TEST_SETUP + "the_answer_is_the_same_whether_somebody_has_an_account_or_not",
    ),
    leak(
        "the time of the answer knows addresses",
        "Whoever measures how long an answer takes learns who has an account here.",
        "survey/web/setup.py",
        "    time.sleep(max(0.0, began + AT_LEAST - time.monotonic()))\n",
        "",
        TEST_SETUP + "the_answer_takes_the_same_time_either_way",
    ),
    leak(
        "the mail takes its address from whoever asks",
        "A link to a new password leads to the site of an attacker, who then has it.",
        "survey/web/setup.py",
        "site().config.mail_set_up and bool(site().config.public_url)",
        "site().config.mail_set_up",
        TEST_SETUP + "another_host_name_gets_into_no_mail",
    ),
    leak(
        "an owner takes an account over unseen",
        "An owner signs in as a colleague, presses “I have read it”, and nobody ever learns of it.",
        WAYS_IN,
        "        row.handed_by = ticket.shown_to or None\n        tell_again(session, row.email)\n",
        "        row.handed_by = ticket.shown_to or None\n",
        TEST_HELPING + "an_owner_who_takes_an_account_over_cannot_hide_it" + SQLITE,
    ),
    leak(
        "an owner removes an account and asks it in again unseen",
        "An owner signs in as a colleague, and what was done is gone with the account of before.",
        "survey/services/memberships.py",
        '            note(session, row.email, by, "removed", now)\n',
        "            pass\n",
        TEST_HELPING
        + "an_owner_who_removes_an_account_and_asks_it_in_again_cannot_hide_it"
        + SQLITE,
    ),
    leak(
        "a stolen session changes the password unseen",
        "Whoever sat at an open browser and knows the password leaves no trace.",
        "survey/services/accounts.py",
        '            tell_changed(session, row, "password", now)\n',
        "            pass\n",
        TEST_FACTOR + "a_new_password_is_told_by_mail_in_the_language_of_the_account" + SQLITE,
    ),
    leak(
        "whoever holds an owner's browser keeps the account",
        "A link to a new password is made without the old one.",
        HELPING,
        """    if by.id == number:
        raise OwnAccount
""",
        "",
        TEST_HELPING + "owners_help_neither_themselves_nor_who_is_not_here" + SQLITE,
    ),
    leak(
        "a lost phone stays signed in",
        "Whoever found the phone goes on with the session that is open on it.",
        HELPING,
        "        session.execute(sa.delete(LoginSession).where(LoginSession.account == number))\n",
        "",
        TEST_HELPING + "it_signs_the_person_out_everywhere" + SQLITE,
    ),
    leak(
        "many guesses at once count as one",
        "Somebody who tries many passwords at the same time has as many tries as connections.",
        "survey/web/brake.py",
        "self._counts[who] + self._open[who] < most",
        "self._counts[who] < most",
        "tests/web/test_login.py::test_many_tries_at_the_same_time_are_no_more_than_one_after_the_other",
    ),
    leak(
        "what a mail server said holds a link to a password",
        "A consultant who may not see the link of an invitation reads it beside the reader.",
        "survey/services/outbox.py",
        'return OF_A_LINK.sub("…", told)',
        "return told",
        TEST_HELPING
        + "a_mail_that_could_not_be_delivered_is_known_until_another_goes_out"
        + SQLITE,
    ),
    leak(
        "a report goes to an account that a stranger may hold",
        "The consultant of another client chose its password, and reads on under its name.",
        "survey/services/grants.py",
        "if not sure and row.handed_by and",
        "if False and",
        "tests/test_services_memberships.py::"
        "test_an_address_whose_link_a_stranger_saw_is_given_nothing_unless_somebody_has_asked"
        + SQLITE,
    ),
    leak(
        "the access log shows links of one use",
        "Whoever reads the log sets the instance up, or chooses somebody's password.",
        "survey/cli/serving.py",
        "/+(s|shared|setup|reset|invite|static)(/|$)",
        "/+(s|shared|static)(/|$)",
        "tests/test_serving.py::test_no_link_that_opens_something_is_in_the_access_log",
    ),
    leak(
        "a form of another site is sent after signing in",
        "Another site lets somebody send what it has written, in their name.",
        "survey/web/resending.py",
        """        return from_where == "same-origin"
""",
        """        return True
""",
        "tests/web/test_resending.py::test_what_another_site_sent_is_not_kept",
    ),
    leak(
        "passwords are kept with a form",
        "A password stands in the page of whoever signs in next at this machine.",
        "survey/web/resending.py",
        "if not SECRET.search(name) and value",
        "if value",
        "tests/web/test_resending.py::test_passwords_and_codes_are_not_kept",
    ),
)
