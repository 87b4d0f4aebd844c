"""Leaks of leaving: what outlives its deletion, and what a backup carries off."""

from tests.leaks.leak import SQLITE, leak

BACKING_UP = "survey/services/backing_up.py"
DELETING = "survey/services/deleting.py"
TEST_BACKUP = "tests/test_services_backup.py::test_"
TEST_LEAVING = "tests/test_services_leaving.py::test_"

LEAKS = (
    leak(
        "a deleted survey's comments stay in the file",
        "Whoever copies the file reads comments that were deleted on request.",
        DELETING,
        """    try:
        scrub.rewrite(engine, tables=tables)
    except scrub.StillInUse as error:
        raise NotClearedYet from error
""",
        "    del tables\n",
        TEST_LEAVING + "after_clearing_no_file_holds_a_word_of_a_deleted_comment" + SQLITE,
    ),
    leak(
        "a deleted survey's comments stay in the table",
        "They are on no page any more, and in every backup.",
        DELETING,
        """        if "survey" in table.c and table.name != ReportView.__tablename__:
            session""",
        """        if "survey" in table.c and table.name not in ("report_view", "released_comment"):
            session""",
        TEST_LEAVING + "of_a_deleted_closed_survey_no_row_is_left_but_in_the_log" + SQLITE,
        refused_by=("IntegrityError",),
    ),
    leak(
        "a deleted survey's key stays",
        "A copy of the database from before opens with it, although all was deleted.",
        DELETING,
        """        for slug in slugs:
            keys.destroy(slug)
        yield""",
        "        yield",
        TEST_LEAVING + "of_a_deleted_open_survey_neither_key_nor_row_is_left" + SQLITE,
    ),
    leak(
        "the page that deletes tells how many answered",
        "Whoever looks before and after each colleague sees who answers when.",
        "survey/services/going.py",
        '        codes=_many(session, "credential", survey=slug),\n',
        '        codes=_many(session, "credential", survey=slug) + _many(session, "box",'
        " survey=slug),\n",
        TEST_LEAVING + "what_is_going_to_be_gone_tells_nobody_how_many_have_answered" + SQLITE,
    ),
    leak(
        "a backup holds boxes without being asked",
        "Sealed answers lie in copies that closing never reaches.",
        BACKING_UP,
        "    if apart and table.name in WHILE_UNOPENED:\n",
        "    if apart and table.name in ():\n",
        TEST_BACKUP
        + "without_being_asked_a_backup_holds_no_sealed_answer_and_says_so_after_the_way_back"
        + SQLITE,
    ),
    leak(
        "a backup holds a key",
        "With one opening code, whoever finds the backup reads every answer.",
        BACKING_UP,
        "    for path in _guides(config.instance / FOLDER):\n",
        """    for path in sorted(config.keys.glob("*.key")):
        archive.writestr(path.name, path.read_bytes())
    for path in _guides(config.instance / FOLDER):
""",
        TEST_BACKUP + "no_backup_holds_a_key_a_code_or_what_lets_somebody_in" + SQLITE,
    ),
    leak(
        "a backup holds mails that wait",
        "Each has a code and the address of the person whose it is.",
        "survey/services/backup_tables.py",
        'LEFT_OUT = ("letter", "login_session", "ticket")',
        'LEFT_OUT = ("login_session", "ticket")',
        TEST_BACKUP + "no_backup_holds_a_key_a_code_or_what_lets_somebody_in" + SQLITE,
    ),
    leak(
        "a backup holds the codes of a rehearsal",
        "They are codes of people, if only of a rehearsal: nobody was told that they are kept.",
        BACKING_UP,
        'replace(from_json(row["settings"]), rehearsal_codes=(), rehearsing="")',
        'from_json(row["settings"])',
        TEST_BACKUP + "no_backup_holds_a_key_a_code_or_what_lets_somebody_in" + SQLITE,
    ),
    leak(
        "a backup can be read by everybody",
        "Names, addresses and comments, for whoever may sign in to that machine.",
        BACKING_UP,
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)",
        TEST_BACKUP
        + "the_file_is_for_nobody_else_and_one_that_cannot_be_written_harms_none"
        + SQLITE,
    ),
    leak(
        "an export outlives what it tells",
        "Somebody deletes a roster, and a colleague fetches its names an hour later.",
        "survey/exports/client_files.py",
        "        return path if made_from == self._load(client).edition else None",
        "        return path if made_from else None",
        "tests/web/test_leaving.py::test_a_file_that_is_no_longer_so_is_not_given",
    ),
)
