"""Leaks of tables and files while a survey is open: what is noted, of whom and when."""

from tests.leaks.leak import POSTGRESQL, SQLITE, Change, leak

MODELS = "survey/storage/models.py"
MIGRATION = "survey/storage/migrations/versions/v0002_trust.py"
ENGINE = "survey/storage/engine.py"
QUERIES = "survey/storage/queries.py"
ANSWERING = "survey/services/answering.py"
WAITING = "survey/services/waiting.py"
TEST_COLUMNS = "tests/storage/test_columns.py::test_"
TEST_ENGINE = "tests/storage/test_engine.py::test_"
TEST_ANSWERING = "tests/test_services_answering.py::test_"

LEAKS = (
    leak(
        "created_at on boxes",
        "When each answer came is kept, and the porter knows who was there.",
        MODELS,
        '    sealed: Mapped[bytes] = mapped_column(doc="HPKE',
        "    created_at: Mapped[datetime] = mapped_column(\n"
        '        server_default=sa.func.now(), doc="When it came."\n'
        "    )\n"
        '    sealed: Mapped[bytes] = mapped_column(doc="HPKE',
        TEST_COLUMNS + "near_answers_there_is_no_time_number_or_second_index[box]",
    ),
    leak(
        "created_at by migration",
        "The database notes the time by itself; the program knows nothing of the column.",
        MIGRATION,
        '    for column in ("below", "above"):\n        op.add',
        "    op.execute(\"ALTER TABLE box ADD COLUMN created_at TEXT DEFAULT '2026'\")\n"
        '    for column in ("below", "above"):\n        op.add',
        TEST_COLUMNS + "there_are_these_columns_and_no_others" + SQLITE,
    ),
    leak(
        "a box refers to its code",
        "A foreign key leads from every box to a person's code.",
        MODELS,
        'unit: Mapped[str] = mapped_column(doc="The unit of the code.")',
        "unit: Mapped[str] = mapped_column(\n"
        '        sa.ForeignKey("credential.hash"), doc="The unit of the code."\n    )',
        TEST_COLUMNS + "near_answers_nothing_refers_to_anything[box]",
    ),
    leak(
        "boxes are numbered",
        "SQLite gives each row a number in the order of arrival.",
        MODELS,
        'name="sealed_size"),\n        NO_ROWID,\n',
        'name="sealed_size"),\n',
        TEST_COLUMNS + "tables_filled_at_closing_keep_no_order_of_insertion",
    ),
    leak(
        "released rows are numbered",
        "The number of a released comment is the order in which it was written down.",
        MODELS,
        '"released_group.key"]\n        ),\n        NO_ROWID,\n    )\n\n'
        '    survey: Mapped[str] = mapped_column(primary_key=True, doc="Its survey.")\n'
        '    group_key: Mapped[str] = mapped_column(primary_key=True, doc="Its group.")\n'
        "    question",
        '"released_group.key"]\n        ),\n    )\n\n'
        '    survey: Mapped[str] = mapped_column(primary_key=True, doc="Its survey.")\n'
        '    group_key: Mapped[str] = mapped_column(primary_key=True, doc="Its group.")\n'
        "    question",
        TEST_COLUMNS + "tables_filled_at_closing_keep_no_order_of_insertion",
    ),
    leak(
        "a submission locks its survey",
        "SELECT … FOR UPDATE notes the transaction of every submission on a row.",
        QUERIES,
        '    .where(Survey.slug == sa.bindparam("slug"))\n)\n',
        '    .where(Survey.slug == sa.bindparam("slug"))\n    .with_for_update(of=Survey)\n)\n',
        TEST_ANSWERING + "a_submission_is_one_write_and_locks_no_row" + POSTGRESQL,
    ),
    leak(
        "the person's row is marked",
        "The code that was used is marked as used, in the same transaction as the box.",
        ANSWERING,
        "            raise SurveyOver\n    return receipt(sealed)",
        "            raise SurveyOver\n"
        "        from survey.storage.models import Credential\n\n"
        "        session.get_one(Credential, credential(plain_code, slug)).unit += ' used'\n"
        "    return receipt(sealed)",
        TEST_ANSWERING + "while_a_survey_is_open_only_boxes_change" + SQLITE,
    ),
    leak(
        "the person's row is touched",
        "Nothing of the code is changed, but PostgreSQL notes who wrote it last, and when.",
        ANSWERING,
        "            raise SurveyOver\n    return receipt(sealed)",
        "            raise SurveyOver\n"
        "        from sqlalchemy import update\n"
        "        from survey.storage.models import Credential\n\n"
        "        this = Credential.hash == credential(plain_code, slug)\n"
        "        session.execute(update(Credential).where(this).values(unit=asked.unit))\n"
        "    return receipt(sealed)",
        TEST_ANSWERING + "a_submission_is_one_write_and_locks_no_row" + SQLITE,
    ),
    leak(
        "a second write on submission",
        "A counter of submissions beside the boxes tells their order.",
        ANSWERING,
        "            raise SurveyOver\n    return receipt(sealed)",
        "            raise SurveyOver\n"
        "        from sqlalchemy import update\n"
        "        from survey.storage.models import Survey\n\n"
        "        session.execute(update(Survey).values(surplus=0))\n"
        "    return receipt(sealed)",
        TEST_ANSWERING + "a_submission_is_one_write_and_locks_no_row" + SQLITE,
    ),
    leak(
        "the earlier answers are kept",
        "Who thinks better of an answer leaves both, and the difference.",
        ANSWERING,
        "        spent = nullifier(plain_code, slug)\n",
        "        import secrets\n\n        spent = secrets.token_bytes(32)\n",
        TEST_ANSWERING + "answering_twice_replaces_the_first_answers" + SQLITE,
    ),
    leak(
        "a live count",
        "Who looks before and after a colleague answers knows that it was them.",
        WAITING,
        "    if day != _today(view, now):",
        "    if True:",
        TEST_ANSWERING + "participation_is_counted_once_a_day" + SQLITE,
        also=[Change(WAITING, "if day == _today(view, now) or view.state", "if view.state")],
    ),
    leak(
        "participation of small groups",
        "Whether somebody of a group of four has answered is guessed from its step.",
        WAITING,
        "LEAST_ASKED = 8",
        "LEAST_ASKED = 4",
        TEST_ANSWERING + "a_small_team_appears_only_in_a_sum" + SQLITE,
    ),
    leak(
        "a step that says all",
        "Of a group in which everybody answered, everybody is known to have answered.",
        WAITING,
        '(-(-asked * 4 // 5), "from_80"),\n    ]',
        '(asked, "from_80"),\n    ]',
        TEST_ANSWERING + "every_step_covers_at_least_two_counts_and_none_says_all",
        also=[
            Change(
                WAITING,
                "for least, step in kept if asked - least + 1 >= LEAST_COUNTS]",
                "for least, step in kept]",
            )
        ],
    ),
    leak(
        "secure_delete off",
        "What is deleted stays on its page until something else is written there.",
        ENGINE,
        '"secure_delete=on",',
        '"secure_delete=off",',
        TEST_ENGINE + "every_sqlite_connection_keeps_the_rules[secure_delete-1]",
    ),
    leak(
        "temporary files",
        "SQLite puts what it sorts into files that nobody clears away.",
        ENGINE,
        '"temp_store=memory",',
        '"temp_store=file",',
        TEST_ENGINE + "every_sqlite_connection_keeps_the_rules[temp_store-2]",
    ),
    leak(
        "everybody may read the database",
        "Any program on the machine takes a copy of it.",
        ENGINE,
        "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))",
        "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644))",
        TEST_ENGINE + "nobody_else_can_read_the_database_nor_its_log",
    ),
    leak(
        "answers after the end",
        "An answer that comes while a survey is closed is counted, or lost, by itself.",
        QUERIES,
        '_OPEN = sa.and_(Survey.state == "open", Survey.ends_at > _NOW)',
        '_OPEN = sa.and_(Survey.state != "closed", _NOW.is_not(None))',
        TEST_ANSWERING + "at_the_end_answers_are_refused_to_the_second" + SQLITE,
    ),
)
