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
        "for table in (Box, Credential, Participation, Invitee, Letter):",
        "for table in (Credential, Participation, Invitee, Letter):",
        NOTHING_LEFT,
        refused_by=TRACES,
    ),
    leak(
        "codes kept",
        "The hashes of codes outlive closing, and with a list of codes who belonged to what.",
        QUERIES,
        "for table in (Box, Credential, Participation, Invitee, Letter):",
        "for table in (Box, Participation, Invitee, Letter):",
        NOTHING_LEFT,
        refused_by=TRACES,
    ),
    leak(
        "participation kept",
        "How many of a small group had answered by when outlives closing.",
        QUERIES,
        "for table in (Box, Credential, Participation, Invitee, Letter):",
        "for table in (Box, Credential, Invitee, Letter):",
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
        "survey/services/released.py",
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
        "How many boxes are open is told, and so how many of a small unit answered.",
        "survey/services/unsealing.py",
        "                reached = _tell(told, reached, opened.ends.popleft())\n"
        "        _tell(told, reached, PARTS)\n",
        "                told(len(opened.receipts) + opened.damaged, total)\n",
        "tests/test_closing_workers.py::"
        "test_what_is_told_of_opening_is_the_same_however_many_boxes_there_are[3]",
    ),
    leak(
        "progress that follows the boxes",
        "Whether there are more boxes than fill a block is told, at each multiple of it.",
        "survey/services/unsealing.py",
        "reached = _tell(told, reached, opened.ends.popleft())",
        "reached = len(opened.receipts) * PARTS // total; told(reached, PARTS)",
        "tests/test_closing_workers.py::"
        "test_what_is_told_of_opening_is_the_same_however_many_boxes_there_are[3]",
    ),
    leak(
        "PostgreSQL's counters kept",
        "Every account of the server reads how many people answered in all, after closing.",
        SCRUB,
        "            connection.execute(_RESET)\n",
        "",
        TEST_CLOSING + "the_counters_of_a_server_do_not_tell_how_many_answered",
    ),
    leak(
        "counts that come in late are kept",
        "What a connection had not handed in when the counters were set to zero comes after.",
        SCRUB,
        "    _end_idle(engine)\n    with suppress(DBAPIError)",
        "    with suppress(DBAPIError)",
        TEST_CLOSING + "the_counters_of_a_server_do_not_tell_how_many_answered",
    ),
    leak(
        "the command prints what the database refuses",
        "A comment of a person is printed by `headwind close`, and kept where that is kept.",
        "survey/cli/main.py",
        '            f"The database refused, or could not be reached ({what}).',
        '            f"The database refused, or could not be reached ({what} {fault}).',
        "tests/test_cli.py::test_a_row_that_the_database_refuses_is_told_without_what_is_in_it",
    ),
    leak(
        "commands may be dumped",
        "A command that breaks off leaves the key and the answers in a core dump.",
        "survey/cli/main.py",
        "    keep_off_disks()\n",
        "",
        "tests/test_cli.py::test_no_command_may_leave_its_memory_in_a_core_dump[where]",
    ),
    leak(
        "dumps for a program of the system",
        "A limit of 0 does not keep the kernel from handing a dump to systemd-coredump.",
        "survey/ballots/memory.py",
        "            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)\n",
        "            pass\n",
        "tests/test_cli.py::test_no_command_may_leave_its_memory_in_a_core_dump[where]",
    ),
)
