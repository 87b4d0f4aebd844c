"""Leaks of accounts: how somebody would come in who must not, or learn who has an account."""

from tests.leaks.leak import SQLITE, leak

WAYS_IN = "survey/services/ways_in.py"
TEST_WAYS_IN = "tests/test_services_ways_in.py::test_"
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
