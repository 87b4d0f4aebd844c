"""What an audit says of a PostgreSQL server: its notes on rows, its settings, its copies."""

from collections.abc import Callable, Iterator, Mapping

from survey.services.auditing_surveys import UNCLOSED, called
from survey.services.findings import Finding, learnable, stored, unseen, wrong
from survey.storage.forensics.facts import Counted
from survey.storage.forensics.postgres import SETTINGS, PostgresEvidence

NO_SETTING = {"auto_explain.log_min_duration", "pgaudit.log"}
"""They exist only where their extension is loaded."""
LINKS = (
    "Such a log links the code and the sealed box of one submission, with the time. Whoever also"
    " knows which code a person was given then knows when that person answered, and which box it"
    " is."
)

ARCHIVED = (
    "Sealed boxes stay there, with times; and, readable, the names to be taken out of comments and"
    " the comments that were released."
)


def postgres_findings(evidence: PostgresEvidence, counted: Counted) -> Iterator[Finding]:
    """Say what the server gives away besides the rows."""
    yield from _marks(evidence, counted)
    yield from _remains(evidence, counted)
    yield from _counters(evidence, counted)
    yield from _settings(evidence.settings)
    for copy in evidence.copies:
        yield learnable(
            f"{copy.what.capitalize()}: {copy.where}. Whatever is written is handed on there;"
            " closing a survey destroys nothing in copies."
        )
    yield unseen(
        "Files of the PostgreSQL server (its log of changes, pg_wal, with times to the"
        " microsecond), archives, replicas and backups. They may keep sealed boxes and hashes of"
        " codes of closed surveys; the key of these boxes is destroyed, so nobody can read them."
        " They may also keep, to be read by anybody, what was written unsealed: the names that were"
        " to be taken out of comments, comments that were released (also ones hidden since), and"
        " released figures; and the mails that waited in the outbox, each with address and code,"
        " also after the mail server took them."
    )
    yield unseen(
        "What the server wrote to its own log. Name the file with --log to have it searched."
    )


def _marks(evidence: PostgresEvidence, counted: Counted) -> Iterator[Finding]:
    surveys = {survey.slug: survey for survey in counted.surveys}
    sound = True
    for marks in evidence.marks():
        survey = surveys.get(marks.survey)
        if survey is None:
            continue
        if marks.writers > max(1, survey.revision):
            sound = False
            yield wrong(
                f"{called(survey)}: codes were written or changed in {marks.writers} transactions;"
                f" {survey.revision} would do. A code that is changed when it is used tells who"
                " answered, and in which order.",
                "table credential, xmin",
            )
        if marks.touched:
            sound = False
            yield wrong(
                f"{called(survey)}: {marks.touched} codes were locked or changed after they were"
                " made. That marks them as used.",
                "table credential, xmax",
            )
    unclosed = [survey for survey in counted.surveys if survey.state in UNCLOSED]
    if unclosed and sound:
        yield stored("Codes are as they were written at opening: none was locked or changed since.")
    if unclosed:
        yield learnable(
            "PostgreSQL notes with every row which transaction wrote it. So whoever administers the"
            " database can see in which order sealed boxes arrived. That is an order of sealed"
            " boxes, not of people. It becomes one if somebody also notes who was answering when."
        )


def _remains(evidence: PostgresEvidence, counted: Counted) -> Iterator[Finding]:
    open_ones = any(survey.state in UNCLOSED for survey in counted.surveys)
    for table, kept in evidence.stored().items():
        if not kept.rows and kept.bytes and not open_ones:
            yield wrong(
                f"Table {table} has no row, but its file has {kept.bytes:,} bytes: deleted rows"
                " were not cleared away (VACUUM FULL).",
                f"table {table}",
            )
    if open_ones:
        yield unseen(
            "Whether earlier versions of boxes that were replaced still lie in the table's file."
            " They are sealed; closing clears them away."
        )


def _counters(evidence: PostgresEvidence, counted: Counted) -> Iterator[Finding]:
    """Say that the server counts, and no number."""
    where = "view pg_stat_user_tables"
    if any(survey.state in UNCLOSED for survey in counted.surveys):
        yield learnable(
            "PostgreSQL counts how many rows were put into each table and deleted from it. Every"
            " account of the server may read these counters, also one that may not read the tables:"
            " they tell how many sealed boxes have come in all. Closing sets them to zero, if its"
            " account may (see docs/operations.md).",
            where,
        )
    elif evidence.counts_writes():
        yield learnable(
            "PostgreSQL's counters still tell how many rows were put into the tables of answers and"
            " codes and deleted from them, so how many people answered in all. Every account of the"
            " server may read them. A superuser sets them to zero with: SELECT pg_stat_reset();"
            " (docs/operations.md says how closing may do so itself.)",
            where,
        )


def _is_on(setting: str) -> bool:
    return setting not in ("off", "none", "-1", "0", "")


_WRONG: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "track_commit_timestamp": (
        _is_on,
        "The server keeps the time of every transaction, that of every submission among them.",
    ),
    "log_statement": (
        lambda setting: setting in ("mod", "all"),
        f"The server writes statements to its log. {LINKS}",
    ),
    "log_min_duration_statement": (
        lambda setting: setting != "-1",
        f"The server writes statements that take long to its log. {LINKS}",
    ),
    "log_min_duration_sample": (
        lambda setting: setting != "-1",
        f"The server writes a sample of statements to its log. {LINKS}",
    ),
    "auto_explain.log_min_duration": (
        lambda setting: setting != "-1",
        f"An extension writes statements to the server's log. {LINKS}",
    ),
    "pgaudit.log": (_is_on, f"An extension writes statements to the server's log. {LINKS}"),
}
_TOLD: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "archive_mode": (
        _is_on,
        f"The server archives its log of changes. {ARCHIVED}",
    ),
    "log_parameter_max_length_on_error": (
        _is_on,
        "When a statement fails, the server writes what it was given to its log.",
    ),
    "shared_preload_libraries": (
        _is_on,
        "The server loads extensions that may keep notes of statements.",
    ),
    "session_preload_libraries": (
        _is_on,
        "The server loads extensions that may keep notes of statements.",
    ),
}


def _settings(settings: Mapping[str, str]) -> Iterator[Finding]:
    for tell, rules in ((wrong, _WRONG), (learnable, _TOLD)):
        for name, (applies, text) in rules.items():
            if name in settings and applies(settings[name]):
                yield tell(text, f"setting {name} = {settings[name]}")
    hidden = sorted(set(SETTINGS) - NO_SETTING - settings.keys())
    if hidden:
        yield unseen(
            f"Settings of the server that this account may not see: {', '.join(hidden)}. An account"
            " with the role pg_monitor may."
        )
