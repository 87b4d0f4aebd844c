"""Leaks of pages, logs and the wire: what a reader of these would learn about a visitor."""

from tests.leaks.leak import SQLITE, leak

RESPOND = "survey/web/respond.py"
SECURITY = "survey/web/security.py"
UNIFORM = "survey/web/uniform.py"
SERVING = "survey/cli/serving.py"
TEST_SERVING = "tests/test_serving.py::test_"
BRAKE = "survey/web/brake.py"
TEST_SECURITY = "tests/web/test_security.py::test_"
TEST_SWAP = "tests/adversary/test_swapped_key.py::test_"
TEST_RESPOND = "tests/web/test_respond.py::test_"
ALIKE = (
    "tests/web/test_respond_uniform.py::test_an_answer_tells_from_outside_nothing_about_the_code"
)
NO_WRITE = "tests/adversary/test_statement_spy.py::test_no_page_of_a_respondent_writes" + SQLITE

LEAKS = (
    leak(
        "a cookie for respondents",
        "The same browser is known again.",
        SECURITY,
        '    response.headers.setdefault("Cache-Control", "no-store")\n',
        '    response.headers.setdefault("Cache-Control", "no-store")\n'
        '    response.set_cookie("seen", "1")\n',
        TEST_SECURITY + "a_respondent_is_given_no_cookie_whatever_the_browser_brings[nobody-GET]",
    ),
    leak(
        "pages may be kept",
        "The next person at the machine finds pages in the browser's cache.",
        SECURITY,
        'response.headers.setdefault("Cache-Control", "no-store")',
        'response.headers.setdefault("Cache-Control", "no-cache")',
        TEST_SECURITY + "a_respondent_is_given_no_cookie_whatever_the_browser_brings[nobody-GET]",
    ),
    leak(
        "referrers are sent",
        "Other sites learn from which survey somebody came.",
        SECURITY,
        '"Referrer-Policy": "no-referrer",',
        '"Referrer-Policy": "origin",',
        TEST_SECURITY + "a_respondent_is_given_no_cookie_whatever_the_browser_brings[nobody-GET]",
    ),
    leak(
        "a script may call home",
        "A script on the respondent's page could send each click away.",
        SECURITY,
        '"connect-src": "\'none\'",',
        '"connect-src": "https:",',
        TEST_SECURITY + "a_page_of_a_respondent_may_send_nothing_but_its_form",
    ),
    leak(
        "another site may send answers",
        "A page that somebody visits sends answers in their name, and reads that they arrived.",
        RESPOND,
        "    if forged(request.host):\n",
        "    if not request.host:\n",
        TEST_SECURITY + "answers_are_taken_from_our_own_page_alone[headers6-403]",
    ),
    leak(
        "the page trusts the stored words",
        "Whoever writes a key of his own into the database reads answers under the old six words.",
        RESPOND,
        'changed = seen.view.state == "open" and not seen.fits',
        "changed = False",
        TEST_SWAP + "once_the_key_is_another_one_the_survey_is_refused_to_everybody_alike" + SQLITE,
    ),
    leak(
        "the thanks clear nothing",
        "The way back of the browser shows the answers to the next person.",
        RESPOND,
        '    response.headers["Clear-Site-Data"] = \'"cache", "storage"\'\n',
        "",
        TEST_SECURITY + "only_the_thanks_clear_what_the_browser_keeps",
    ),
    leak(
        "a bad code has a status of its own",
        "The log of a proxy tells good codes from bad ones.",
        RESPOND,
        "    return pages.bad_code(response, sentence)\n",
        "    return pages.bad_code(response, sentence, 422)\n",
        ALIKE,
    ),
    leak(
        "a bad code has a length of its own",
        "Whoever sees encrypted traffic tells by its size whether a code was known.",
        UNIFORM,
        "    return page.ljust(size)\n",
        "    return page\n",
        ALIKE,
    ),
    leak(
        "an unknown code is told first",
        "Codes can be tried out with answers that are not taken, and leave no trace.",
        "survey/services/answering.py",
        "        # Packed and sealed for an unknown code too",
        "        if asked.unit is None:\n            raise CodeUnknown\n"
        "        # Packed and sealed for an unknown code too",
        "tests/test_services_answering.py::test_a_fault_in_the_answers_is_told_before"
        "_an_unknown_code_and_so_tells_nothing_of_it" + SQLITE,
        refused_by=("CodeUnknown",),
    ),
    leak(
        "the code comes back",
        "A code stands on the page, for whoever looks at the screen or into the cache.",
        RESPOND,
        "    return pages.bad_code(response, sentence)\n",
        "    return pages.bad_code(response, f\"{sentence} You typed {request.form.get('code')}.\")"
        "\n",
        TEST_RESPOND + "a_code_that_is_not_taken_keeps_every_answer_but_not_the_code",
    ),
    leak(
        "a page that writes",
        "That somebody looked at the survey is written down.",
        RESPOND,
        "    made = ready.page()\n    return pack(",
        "    made = ready.page()\n"
        "    from sqlalchemy import update\n"
        "    from survey.storage.models import Survey\n\n"
        "    with site().sessions() as session, session.begin():\n"
        "        session.execute(update(Survey).values(surplus=None))\n"
        "    return pack(",
        NO_WRITE,
    ),
    leak(
        "the access log shows respondents",
        "The log of visits tells which survey was opened, and how often an answer was sent.",
        SERVING,
        "        if UNLOGGED.match(path):\n            return\n",
        "",
        TEST_SERVING + "no_visit_of_a_respondent_is_in_the_access_log",
    ),
    leak(
        "the access log shows addresses",
        "The log of visits tells who came when.",
        SERVING,
        '"access_log_format": "%(m)s %(U)s %(s)s",',
        '"access_log_format": "%(h)s %(t)s %(m)s %(U)s %(s)s",',
        TEST_SERVING + "another_visit_is_logged_without_an_address_and_a_time",
    ),
    leak(
        "the access log is on",
        "Visits are logged though nobody asked for it.",
        SERVING,
        '"accesslog": "-" if config.access_log else None,',
        '"accesslog": "-",',
        TEST_SERVING + "visits_are_logged_only_where_somebody_asked_for_it",
    ),
    leak(
        "errors are logged with their words",
        "Code and answers stand in the log when something fails.",
        "survey/web/errors.py",
        "            record.exc_info = record.exc_text = None\n",
        "",
        TEST_SECURITY + "a_failure_behind_a_submission_logs_neither_code_nor_answer",
    ),
    leak(
        "failures of respondents' pages name the survey",
        "With the times of the journal: when somebody visited which survey.",
        "survey/web/errors.py",
        'current_app.logger.error("Failure on %s", where, exc_info=error)',
        'current_app.logger.error("Failure on %s", request.path, exc_info=error)',
        TEST_SECURITY + "a_failure_on_a_respondents_page_is_logged_without_the_name_of_the_survey",
    ),
    leak(
        "errors of a closing are logged with their words",
        "What people wrote stands in the log when a closing fails.",
        "survey/jobs/telling.py",
        'log.error("Failed: %s at %s", type(error).__name__, place)',
        'log.error("Failed: %s at %s", error, place)',
        "tests/test_jobs.py::test_an_unforeseen_error_is_logged_without_what_people_wrote",
    ),
    leak(
        "addresses in memory",
        "The brake on guessing keeps a list of who tried from where.",
        BRAKE,
        "return blake2b(told.encode(), key=self._key, digest_size=16).digest()",
        "return told.encode()",
        "tests/web/test_brake.py::test_a_wrong_code_is_counted_without_the_address_in_clear",
    ),
    leak(
        "addresses are not forgotten",
        "The brake keeps of every network that something was wrong from there.",
        BRAKE,
        "                del self._counts[who]\n",
        "                pass\n",
        "tests/web/test_brake.py::"
        "test_after_its_window_nothing_of_an_address_is_left_though_nobody_asks",
    ),
    leak(
        "the code in the query",
        "A link carries its code to the server, and so into every log on the way.",
        "templates/console/codes.html",
        "{{ address }}#{{ code }}{% if",
        "{{ address }}?code={{ code }}{% if",
        "tests/web/test_console_opening.py::"
        "test_the_codes_are_shown_and_every_one_leads_to_the_survey",
    ),
    leak(
        "harm changes a verdict",
        "Where a verdict does not fall, whoever spoke up knows that nobody else did.",
        "survey/report/judging.py",
        "harm=np.zeros(len(rows), dtype=bool),",
        'harm=np.array([getattr(tables.groups[r].figures.get("harm"), "value", 0) > 0\n'
        "                       for r in rows]),",
        "tests/core/test_report.py::test_a_sign_of_harm_changes_nothing_in_a_report",
    ),
    leak(
        "a page of the console without signing in",
        "Anybody who knows the address sees how far a survey is.",
        "survey/web/rights.py",
        "    if user is None:\n        return redirect(",
        '    if user is None:\n        return None if "g.json" in request.path else redirect(',
        "tests/web/test_login.py::test_every_page_of_the_console_asks_to_sign_in_first",
    ),
    leak(
        "the audit is content with everything",
        "A works council that runs the audit is told by its status that nothing is wrong.",
        "survey/cli/audit.py",
        "context.exit(WRONG if found.wrong else 0)",
        "context.exit(0)",
        "tests/test_audit.py::test_a_code_in_a_table_is_named" + SQLITE,
    ),
    leak(
        "the audit overlooks time",
        "A column with a time on boxes is nothing that the audit speaks of.",
        "survey/services/auditing.py",
        "    for surplus in evidence.surpluses:\n"
        "        yield _surplus(surplus.what, surplus.where)\n",
        "",
        "tests/test_audit.py::test_a_trigger_that_copies_is_named",
    ),
)
