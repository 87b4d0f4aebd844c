"""Leaks of closing: what outlives it, or is shown before it is done."""

from tests.leaks.leak import SQLITE, Change, leak

QUERIES = "survey/storage/queries.py"
SCRUB = "survey/storage/scrub.py"
CLOSING = "survey/services/closing.py"
TEST_SCRUB = "tests/storage/test_scrub.py::test_"
TEST_CLOSING = "tests/test_services_closing.py::test_"
NOTHING_LEFT = TEST_CLOSING + "afterwards_nothing_is_left_of_codes_answers_or_key" + SQLITE
TRACES = ("TracesLeft",)

LEAKS = (
    leak(
        "boxes kept",
        "The boxes outlive closing; whoever has an old copy of the key opens them.",
        QUERIES,
        "for table in (Box, Credential, Participation):",
        "for table in (Credential, Participation):",
        NOTHING_LEFT,
        refused_by=TRACES,
    ),
    leak(
        "codes kept",
        "The hashes of codes outlive closing, and with a list of codes who belonged to what.",
        QUERIES,
        "for table in (Box, Credential, Participation):",
        "for table in (Box, Participation):",
        NOTHING_LEFT,
        refused_by=TRACES,
    ),
    leak(
        "participation kept",
        "How many of a small group had answered by when outlives closing.",
        QUERIES,
        "for table in (Box, Credential, Participation):",
        "for table in (Box, Credential):",
        NOTHING_LEFT,
        also=[
            Change(
                SCRUB,
                'EMPTIED = ("box", "credential", "participation")',
                'EMPTIED = ("box", "credential")',
            ),
        ],
    ),
    leak(
        "masked names kept",
        "The list of names that may occur in comments outlives closing.",
        CLOSING,
        "            masked=(),\n            spoiled",
        "            spoiled",
        "tests/test_services_hiding.py::test_names_are_taken_out_before_anything_is_written"
        + SQLITE,
    ),
    leak(
        "key kept",
        "The key outlives closing: an old copy of the database can be opened for ever.",
        CLOSING,
        "        keys.destroy(slug)\n        progress",
        "        progress",
        NOTHING_LEFT,
    ),
    leak(
        "the database is not rewritten",
        "Spare pages keep parts of boxes, and their number how many there were.",
        SCRUB,
        '        connection.exec_driver_sql("VACUUM")\n        if connection.exec_driver_sql('
        '"PRAGMA freelist_count").scalar():\n            raise StillInUse\n',
        "        pass\n",
        TEST_SCRUB + "whoever_resumes_notices_deleted_rows_spare_pages_and_rows_that_are_left",
        refused_by=TRACES,
    ),
    leak(
        "PostgreSQL is not rewritten",
        "Deleted boxes stay in the files of the server until their pages are used again.",
        SCRUB,
        'connection.exec_driver_sql(f"VACUUM FULL {table}")',
        'connection.exec_driver_sql(f"VACUUM {table}")',
        TEST_CLOSING + "afterwards_nothing_is_left_in_the_tables_of_a_server",
        refused_by=("StillInUse",),
    ),
    leak(
        "the log is not emptied",
        "The -wal file joins each box with the moment at which it came.",
        SCRUB,
        "    while not _log_is_cut(engine):",
        "    while False:",
        NOTHING_LEFT,
        refused_by=TRACES,
        also=[
            Change(
                SCRUB,
                "            connection.exec_driver_sql(_CUT_LOG)\n\n",
                "            pass\n\n",
            )
        ],
    ),
    leak(
        "nothing is proved",
        "A closing that leaves boxes in a file calls itself done.",
        SCRUB,
        "    if places:\n        raise TracesLeft",
        "    if False:\n        raise TracesLeft",
        TEST_SCRUB + "deleting_alone_leaves_traces_in_the_log",
    ),
    leak(
        "the report opens while traces are there",
        "Figures are shown while boxes can still be read from a file.",
        "survey/services/surveys.py",
        '    if row.state != "closed":\n        raise NotClosedYet\n    if row.left_out',
        '    if row.state not in ("closed", "destroying"):\n        raise NotClosedYet\n'
        "    if row.left_out",
        "tests/test_closing_hindered.py::"
        "test_another_program_that_reads_the_file_keeps_the_report_shut_until_it_ends",
    ),
    leak(
        "closing before its time",
        "A consultant closes after the first few answers, and again and again.",
        CLOSING,
        'if now < view.closable_from and view.state != "ended":',
        "if False:",
        TEST_CLOSING + "before_the_promised_time_nobody_can_close" + SQLITE,
    ),
    leak(
        "receipts without made-up ones",
        "The number of receipts, less the answers in the report, is that of a small unit.",
        "survey/services/record.py",
        "write_receipts(session, slug, padded(receipts, asked or 0))",
        "write_receipts(session, slug, padded(receipts, 0 * (asked or 0)))",
        "tests/test_services_record.py::"
        "test_the_record_is_as_long_as_people_were_asked_however_many_answered"
        "[sqlite-0]",
    ),
    leak(
        "progress in counts",
        "How many boxes are being opened is told, and so how many of a small unit answered.",
        CLOSING,
        "ROUNDED_TO = 10",
        "ROUNDED_TO = 1",
        "tests/test_jobs.py::test_what_is_told_lets_nobody_count_the_answers",
    ),
)
