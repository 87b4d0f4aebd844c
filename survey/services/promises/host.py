"""Who learns what of those who get at the server, its files, its logs and copies of them."""

from collections.abc import Iterator

from survey.language import gettext as _
from survey.services.promises.row import Row, together
from survey.services.promises.settings import Settings


def at_the_server(told: Settings) -> Iterator[Row]:
    """Yield the rows of those who get at stored data, from the live server to a copy."""
    yield _host(told)
    yield _host_one_code(told) if told.one_opens else _host_one_of_three()
    yield _host_all_codes(told)
    yield _logs(told)
    yield _backup(told)
    if told.postgresql:
        yield _archive(told)


def _host(told: Settings) -> Row:
    return Row(
        "host",
        _("The host: whoever can read the server’s files"),
        _("Database, key folder and the list of groups, but no code.")
        if not told.by_mail
        else _(
            "Database, key folder, the list of groups and that of whom was invited by mail, but no"
            " code."
        ),
        together(*_host_while_open(told)),
        together(
            _("The results of groups, comments, and a list of receipts.")
            if told.comments
            else _("The results of groups, and a list of receipts."),
            _(
                "Answers, codes and key are deleted, and the files are searched for remains before"
                " the report opens. A disk may keep pieces of deleted files for a while: they are"
                " sealed."
            ),
        ),
        together(
            _(
                "A record of who visited when, laid beside the order of arrival, or people’s codes,"
                " tells which sealed answers are whose."
            ),
            _("One opening code would open them.")
            if told.one_opens
            else _("Two of the three opening codes would open them."),
        ),
        brief=_("How many answered, and in which order. No answers."),
    )


def _host_while_open(told: Settings) -> Iterator[str]:
    yield (
        _(
            "How many sealed answers each group has at this moment, and in which order and at what"
            " time they came."
        )
        if told.postgresql
        else _(
            "How many sealed answers each group has at this moment, and in which order they came."
        )
    )
    if told.masked:
        yield _("A list of names to be taken out of comments.")
    yield _(
        "Not what is in them. Without people’s codes nothing in these files leads from sealed"
        " answers to a person."
    )
    if told.by_mail:
        yield _(
            "Until a mail is sent its code lies in the database, beside the address: who reads it"
            " there could answer in that person’s place and tell which sealed answers are theirs."
            " Once the mail server has said that it took the mail, the code is deleted; the code of"
            " a mail that may or may not have arrived stays until somebody decides what becomes of"
            " it."
        )


def _host_one_code(told: Settings) -> Row:
    """Return the row for a survey that one of two codes opens."""
    return Row(
        "host_one_code",
        _("The host with one opening code"),
        _("Database, key folder and one of the two opening codes."),
        together(
            _(
                "Everything that was sent so far, if they want to: they can open all sealed answers"
                " at once, without the program and before the end, and read for each person all"
                " answers and comments with the group, without a name."
            )
            if told.comments
            else _(
                "Everything that was sent so far, if they want to: they can open all sealed answers"
                " at once, without the program and before the end, and read for each person all"
                " answers with the group, without a name."
            ),
            _("In a small group the answers themselves may point to somebody."),
        ),
        _("Nothing more than the host without codes."),
        _("For names: people’s codes and who got which, or a record of who visited when."),
        _(
            "Opening codes in the hands of people who cannot get at the server. Or a survey opened"
            " with “two of three” codes, where none opens anything by itself."
        ),
        _(
            "Whoever can read the server’s files and has one of the two opening codes could open"
            " the answers before the end, without names."
        ),
        _("All answers sent so far, without names."),
    )


def _host_one_of_three() -> Row:
    return Row(
        "host_one_code",
        _("The host with one opening code"),
        _("Database, key folder and one of the three opening codes."),
        _("Nothing more than the host without codes: one code of the three opens nothing."),
        _("Nothing more than the host without codes."),
        _("A second opening code."),
        brief=_("No answers."),
    )


def _host_all_codes(told: Settings) -> Row:
    return Row(
        "host_all_codes",
        _("The host with the opening codes"),
        _("Database, key folder and both opening codes.")
        if told.one_opens
        else _("Database, key folder and two or all three opening codes."),
        _(
            "All answers of each person that were sent so far, and comments, with the group,"
            " without a name."
        )
        if told.comments
        else _("All answers of each person that were sent so far, with the group, without a name."),
        _(
            "Nothing more than the host without codes, unless a copy was made before: see “Whoever"
            " holds a copy”."
        ),
        _("For names: people’s codes and who got which, or a record of who visited when."),
        _("Opening codes in the hands of people who cannot get at the server."),
        ""
        if told.one_opens
        else _(
            "Whoever can read the server’s files and has two of the three opening codes could open"
            " the answers before the end, without names."
        ),
        _("All answers sent so far, without names."),
    )


def _logs(told: Settings) -> Row:
    beside = (
        _(
            "The stored data of the time while the survey was open, to lay beside it; and one"
            " opening code to open what is found."
        )
        if told.one_opens
        else _(
            "The stored data of the time while the survey was open, to lay beside it; and two of"
            " the three opening codes to open what is found."
        )
    )
    return Row(
        "logs",
        _("Whoever reads logs, or watches the network"),
        _("The logs of this server, of a proxy before it, of your company’s network."),
        _(
            "This program writes no line about visits to this survey’s pages, and no code and no"
            " answer in any log; a page that fails leaves a line that names no survey. Others can"
            " note that a device visited this site, and when; where the address begins with https,"
            " not what was read or sent. The page fills up what it sends, so that its length does"
            " not tell how much was written; where JavaScript is off, it does. All sealed answers"
            " have one size."
        ),
        _("The same: their records of visits stay. What these could be laid beside is gone."),
        beside,
        brief=_("That a device visited this site, and when. No answers."),
    )


def _backup(told: Settings) -> Row:
    with_key = (
        _(
            "A copy of the key folder from before closing and one opening code: together they open"
            " the sealed answers of that copy, also later."
        )
        if told.one_opens
        else _(
            "A copy of the key folder from before closing and two of the three opening codes:"
            " together they open the sealed answers of that copy, also later."
        )
    )
    return Row(
        "backup",
        _("Whoever holds a copy, such as a backup"),
        _("A copy of the database from the time while the survey was open."),
        _("What the host sees in the database at that moment: sealed answers.")
        if not told.by_mail
        else _(
            "What the host sees in the database at that moment: sealed answers; and of mails that"
            " waited then, address and code."
        ),
        _("The same as before. Closing destroys what is on this server, and no copy elsewhere."),
        with_key,
        _(
            "Keeping the key folder out of every backup, and destroying the opening codes after"
            " closing."
        ),
        brief=_("Sealed answers."),
    )


def _archive(told: Settings) -> Row:
    names = _("The list of names to be taken out of comments, readable.") if told.masked else ""
    return Row(
        "archive",
        _("Whoever reads PostgreSQL’s log, archive or replica"),
        _("What the database server keeps about each write."),
        together(
            _("When sealed answers arrived and for which group, and these sealed answers."),
            names,
            _("No person’s code and no readable answer: the database is given neither.")
            if not told.by_mail
            else _(
                "The codes that went out by mail, each with its address: they can tell which sealed"
                " answers are whose. No readable answer."
            ),
        ),
        together(
            _("The same, for as long as it is kept: sealed answers whose key is destroyed."),
            _readable_in_the_archive(told),
        ),
        _("As for a copy: the key folder from before closing, and one opening code.")
        if told.one_opens
        else _(
            "As for a copy: the key folder from before closing, and two of the three opening codes."
        ),
        brief=_("When sealed answers arrived; readable, what the report shows."),
    )


def _readable_in_the_archive(told: Settings) -> str:
    if told.masked and told.comments:
        return _(
            "Also, readable, the list of names, the report’s comments and results, even what was"
            " hidden or deleted since."
        )
    if told.masked:
        return _(
            "Also, readable, the list of names, the report’s results, even what was hidden or"
            " deleted since."
        )
    if told.comments:
        return _(
            "Also, readable, the report’s comments and results, even what was hidden or deleted"
            " since."
        )
    return _("Also, readable, the report’s results, even what was hidden or deleted since.")
