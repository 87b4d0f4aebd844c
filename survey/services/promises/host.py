"""Who learns what of those who get at the server, its files, its logs and copies of them."""

from collections.abc import Iterator

from survey.services.promises.row import Row
from survey.services.promises.settings import Settings


def at_the_server(told: Settings) -> Iterator[Row]:
    """Yield the rows of those who get at stored data, from the live server to a copy."""
    yield _host(told)
    yield _host_one_code(told)
    yield _host_all_codes(told)
    yield _logs(told)
    yield _backup(told)
    if told.postgresql:
        yield _archive(told)


def _host(told: Settings) -> Row:
    times = " and at what time" if told.postgresql else ""
    names = " A list of names to be taken out of comments." if told.masked else ""
    return Row(
        "host",
        "The host: whoever can read the server’s files",
        "Database, key folder and the list of groups, but no code.",
        "How many sealed answers each group has at this moment, and in which order"
        f"{times} they came.{names} Not what is in them. Without people’s codes nothing in these"
        " files leads from sealed answers to a person.",
        f"The results of groups{', comments' if told.comments else ''}, and a list of receipts."
        " Answers, codes and key are deleted, and the files are searched for remains before the"
        " report opens. A disk may keep pieces of deleted files for a while: they are sealed.",
        "A record of who visited when, laid beside the order of arrival, or people’s codes, tells"
        f" which sealed answers are whose. {told.enough.capitalize()} would open them.",
        brief="How many answered, and in which order. No answers.",
    )


def _host_one_code(told: Settings) -> Row:
    if told.one_opens:
        return Row(
            "host_one_code",
            "The host with one opening code",
            "Database, key folder and one of the two opening codes.",
            "Everything that was sent so far, if they want to: they can open all sealed answers at"
            " once, without the program and before the end, and read for each person all answers"
            f"{' and comments' if told.comments else ''} with the group, without a name. In a small"
            " group the answers themselves may point to somebody.",
            "Nothing more than the host without codes.",
            "For names: people’s codes and who got which, or a record of who visited when.",
            "Opening codes in the hands of people who cannot get at the server. Or a survey opened"
            " with “two of three” codes, where none opens anything by itself.",
            "Whoever can read the server’s files and has one of the two opening codes could open"
            " the answers before the end, without names.",
            "All answers sent so far, without names.",
        )
    return Row(
        "host_one_code",
        "The host with one opening code",
        "Database, key folder and one of the three opening codes.",
        "Nothing more than the host without codes: one code of the three opens nothing.",
        "Nothing more than the host without codes.",
        "A second opening code.",
        brief="No answers.",
    )


def _host_all_codes(told: Settings) -> Row:
    short = "" if told.one_opens else (
        "Whoever can read the server’s files and has two of the three opening codes could open the"
        " answers before the end, without names."
    )  # fmt: skip
    codes = "both opening codes" if told.one_opens else "two or all three opening codes"
    return Row(
        "host_all_codes",
        "The host with the opening codes",
        f"Database, key folder and {codes}.",
        "All answers of each person that were sent so far"
        f"{', and comments' if told.comments else ''}, with the group, without a name.",
        "Nothing more than the host without codes, unless a copy was made before: see “Whoever"
        " holds a copy”.",
        "For names: people’s codes and who got which, or a record of who visited when.",
        "Opening codes in the hands of people who cannot get at the server.",
        short,
        "All answers sent so far, without names.",
    )


def _logs(told: Settings) -> Row:
    return Row(
        "logs",
        "Whoever reads logs, or watches the network",
        "The logs of this server, of a proxy before it, of your company’s network.",
        "This program writes no line about visits to this survey’s pages, and no code and no answer"
        " in any log; a page that fails leaves a line that names no survey. Others can note that a"
        " device visited this site, and when; where the address begins with https, not what was"
        " read or sent. All sealed answers have one size.",
        "The same: their records of visits stay. What these could be laid beside is gone.",
        "The stored data of the time while the survey was open, to lay beside it; and"
        f" {told.enough} to open what is found.",
        brief="That a device visited this site, and when. No answers.",
    )


def _backup(told: Settings) -> Row:
    return Row(
        "backup",
        "Whoever holds a copy, such as a backup",
        "A copy of the database from the time while the survey was open.",
        "What the host sees in the database at that moment: sealed answers.",
        "The same as before. Closing destroys what is on this server, and no copy elsewhere.",
        f"A copy of the key folder from before closing and {told.enough}: together they open the"
        " sealed answers of that copy, also later.",
        "Keeping the key folder out of every backup, and destroying the opening codes after"
        " closing.",
        brief="Sealed answers.",
    )


def _archive(told: Settings) -> Row:
    names = " The list of names to be taken out of comments, readable." if told.masked else ""
    plain = "the report’s comments and results" if told.comments else "the report’s results"
    if told.masked:
        plain = f"the list of names, {plain}"
    return Row(
        "archive",
        "Whoever reads PostgreSQL’s log, archive or replica",
        "What the database server keeps about each write.",
        "When sealed answers arrived and for which group, and these sealed answers."
        f"{names} No person’s code and no readable answer: the database is given neither.",
        "The same, for as long as it is kept: sealed answers whose key is destroyed. Also,"
        f" readable, {plain}, even what was hidden or deleted since.",
        f"As for a copy: the key folder from before closing, and {told.enough}.",
        brief="When sealed answers arrived; readable, what the report shows.",
    )
