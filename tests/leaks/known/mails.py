"""Leaks of mail: what outlives a mail that was sent, and what a mail says too much."""

from tests.leaks.leak import POSTGRESQL, SQLITE, leak

OUTBOX = "survey/services/outbox.py"
INVITING = "survey/services/inviting.py"
REMINDING = "survey/services/reminding.py"
TEST_OUTBOX = "tests/test_services_outbox.py::test_"
TEST_REMINDING = "tests/test_services_reminding.py::test_"
TEST_MAILED = "tests/adversary/test_mailed.py::test_"

LEAKS = (
    leak(
        "sent mails are kept",
        "Address and code stay side by side after the mail was sent.",
        OUTBOX,
        "    mine = sa.delete(Letter).where(Letter.id == held.id, Letter.held_by == worker)\n",
        "    mine = sa.update(Letter).where(Letter.id == held.id, Letter.held_by == worker)\n"
        '    mine = mine.values(state="refused")\n',
        TEST_OUTBOX + "what_was_taken_is_gone_and_with_it_the_code" + SQLITE,
    ),
    leak(
        "codes that were sent stay in the log of the database",
        "The -wal file holds every letter, with address and code.",
        "survey/jobs/postman.py",
        "self._to_clear = not clear_letters(engine_of(self._sessions))",
        "self._to_clear = False",
        TEST_OUTBOX + "no_code_that_was_sent_is_in_any_file_of_the_instance",
    ),
    leak(
        "who was invited is kept with the code",
        "The list of the invited leads from each address to a sealed box.",
        INVITING,
        "people = [_invitee(slug, one.invited, added_on) for one in dealt]",
        'people = [_invitee(slug, one.invited, added_on) | {"name": one.code} for one in dealt]',
        TEST_MAILED + "once_all_is_sent_nothing_stored_leads_from_an_address_to_a_box" + SQLITE,
    ),
    leak(
        "the audit finds no code beside other text",
        "Codes that were sent and lie in the files between two other texts are called none.",
        "survey/ballots/inspecting.py",
        "    for match in _MIDDLE.finditer(data):\n",
        '    for match in _MIDDLE.finditer(b""):\n',
        "tests/test_audit_of_mails.py::"
        "test_the_code_of_a_mail_that_was_sent_and_left_in_the_files_is_wrong",
    ),
    leak(
        "letters lie in the order of people",
        "Where a letter lay tells, beside the list of the invited, whose code it held.",
        INVITING,
        'sa.insert(Letter), sorted(rows, key=lambda row: str(row["id"])))',
        "sa.insert(Letter), rows)",
        TEST_MAILED + "what_lies_where_tells_nothing_of_which_code_went_to_whom" + POSTGRESQL,
    ),
    leak(
        "a code is mailed and printed too",
        "Whoever prints the cards holds codes of people who were written to.",
        INVITING,
        "left[person.unit].pop()) for person in invited)",
        "left[person.unit][at]) for at, person in enumerate(invited))",
        TEST_OUTBOX
        + "opening_writes_to_everybody_once_and_returns_only_the_codes_that_are_left"
        + SQLITE,
    ),
    leak(
        "a mailed link has the code in its query",
        "Opening the link takes the code to the server, and so into every log on the way.",
        "survey/services/invitation_text.py",
        'f"{about.address}#{code}"',
        'f"{about.address}?code={code}"',
        TEST_OUTBOX
        + "every_person_gets_one_mail_with_a_code_of_their_own_in_their_language"
        + SQLITE,
    ),
    leak(
        "a reminder carries a link",
        "Whoever looks at a reminder over a shoulder is on the survey's page; links can be told.",
        REMINDING,
        "    yield Said(lost)\n",
        "    yield Said(lost)\n    yield Said(about.address)\n",
        TEST_REMINDING + "a_reminder_names_the_first_mail_and_carries_neither_link_nor_code",
    ),
    leak(
        "a reminder goes to some",
        "Who gets a reminder seems to have said nothing, and everybody around sees it.",
        REMINDING,
        "sa.select(Invitee).where(Invitee.survey == mailing.survey)",
        'sa.select(Invitee).where(Invitee.survey == mailing.survey, Invitee.email < "north5")',
        TEST_MAILED + "a_reminder_goes_to_everybody_whoever_has_answered" + SQLITE,
    ),
    leak(
        "a mail that counts its readers",
        "A picture is loaded from the server when the mail is opened: who, and when.",
        "templates/mail/mail.html",
        "{% endfor %}\n</div>\n</body>",
        '{% endfor %}\n<img src="https://example.org/seen" alt="">\n</div>\n</body>',
        TEST_OUTBOX + "a_mail_loads_nothing_and_tells_nobody_that_it_was_read" + SQLITE,
    ),
    leak(
        "mails go out unencrypted where encryption fails",
        "Whoever is on the way to the mail server reads every code.",
        "survey/mail.py",
        'if server.security == "starttls":',
        'if server.security == "starttls" and smtp.has_extn("starttls"):',
        "tests/test_mail.py::test_a_server_that_offers_no_encryption_is_not_spoken_to_without",
    ),
    leak(
        "who was invited is kept",
        "Addresses of the invited outlive closing.",
        "survey/storage/queries.py",
        "(Box, Credential, Participation, Invitee, Letter):",
        "(Box, Credential, Participation, Letter):",
        TEST_OUTBOX + "closing_leaves_neither_letters_nor_who_was_invited" + SQLITE,
    ),
    leak(
        "codes wait after the end",
        "Codes of mails that were never sent lie in the database until somebody closes.",
        OUTBOX,
        "        sa.delete(Letter).where(Letter.kind.in_(MAILINGS), Letter.survey.in_(over))\n",
        "        sa.delete(Letter).where(sa.false(), Letter.survey.in_(over))\n",
        TEST_OUTBOX
        + "nothing_is_sent_once_the_survey_has_ended_and_its_codes_are_deleted"
        + SQLITE,
    ),
)
