"""What an audit says of the files of an SQLite database: what lies between and beside the rows."""

from collections.abc import Iterator
from pathlib import Path

from survey.services.auditing_surveys import UNCLOSED, called
from survey.services.findings import Finding, learnable, stored, unseen, wrong
from survey.storage.forensics.facts import Counted
from survey.storage.forensics.remains import Remainder
from survey.storage.forensics.shape import NEAR_ANSWERS
from survey.storage.forensics.sqlite import FREE, SqliteEvidence

OUTBOX = "letter"
KINDS = {
    "text": "readable text",
    "ciphertext": "bytes that look like sealed answers or hashes of codes",
    "bytes": "other bytes",
}


def sqlite_findings(evidence: SqliteEvidence, counted: Counted) -> Iterator[Finding]:
    """Say what the files of a database give away besides its rows."""
    yield from _order(evidence, counted)
    yield from _space(evidence, counted)
    yield from _traces(evidence, counted)
    yield from _log(evidence, counted)
    yield unseen(
        "What the disk itself keeps: blocks of files that were overwritten or deleted, snapshots of"
        " the file system, and memory that the system wrote to disk."
    )


def _order(evidence: SqliteEvidence, counted: Counted) -> Iterator[Finding]:
    loose = [name for name, kept in evidence.in_key_order.items() if not kept]
    for name in loose:
        yield wrong(
            f"Table {name} keeps the order in which its rows were written. It must be kept in the"
            " order of its key (WITHOUT ROWID), which tells nothing.",
            f"table {name}",
        )
    if not loose:
        yield stored(
            "Answers, codes and figures are kept sorted by their keys, not in the order in which"
            " they came (SQLite calls this WITHOUT ROWID)."
        )
    if any(survey.state in UNCLOSED for survey in counted.surveys):
        yield learnable(
            "Until closing, the places of the sealed boxes in the file can show in which order they"
            " arrived. That is an order of sealed boxes, not of people. It becomes one if somebody"
            " also notes who was answering when. Closing rewrites the file and ends this."
        )


def _space(evidence: SqliteEvidence, counted: Counted) -> Iterator[Finding]:
    space = evidence.space
    file = str(evidence.path)
    for what in space.damaged:
        yield wrong(f"The database is damaged: {what}. The rest was looked at.", file)
    open_ones = any(survey.state in UNCLOSED for survey in counted.surveys)
    for left in space.remains:
        yield _left(left, f"{file}, page {left.page}", open_ones=open_ones)
    if space.lost:
        pages = ", ".join(map(str, space.lost[:8]))
        yield wrong(
            f"{len(space.lost)} pages of the file belong to no table and not to the free ones (page"
            f" {pages}{' …' if len(space.lost) > 8 else ''}). Something may be hidden in them.",
            file,
        )
    if space.tail:
        yield wrong("The file goes on behind the end of the database.", file)
    if not (space.remains or space.lost or space.tail or space.damaged):
        yield stored(
            "Every byte of the file was read. Between the rows and on unused pages there are only"
            " zeros: what was deleted is overwritten."
        )


def _left(left: Remainder, where: str, *, open_ones: bool) -> Finding:
    """Judge a remainder: SQLite leaves some itself when it moves rows; closing wipes all of it."""
    what = f"{left.size} bytes of {KINDS[left.kind]} are left"
    if left.where == FREE:
        return wrong(f"{what} on a free page. Deleted rows were not wiped (secure_delete).", where)
    text = f"{what} among the rows of {left.where}, from an earlier version of that table."
    if left.where == OUTBOX:
        return learnable(
            f"{text} Mails with codes wait there. Headwind writes the table anew when it has sent"
            " some.",
            where,
        )
    if left.where not in NEAR_ANSWERS:
        return learnable(f"{text} No answers and no codes are kept there.", where)
    if open_ones:
        return learnable(f"{text} Closing rewrites the file and wipes them.", where)
    return wrong(
        f"{text} Answers and codes are kept there, and closing should have wiped it.", where
    )


def _traces(evidence: SqliteEvidence, counted: Counted) -> Iterator[Finding]:
    closed = {survey.slug: survey for survey in counted.surveys if survey.state == "closed"}
    for trace in evidence.traces(tuple(closed)):
        yield wrong(
            f"{called(closed[trace.survey])} is closed, but rows of sealed answers or codes of it,"
            f" deleted or not, are still in a file ({trace.times}).",
            str(trace.path),
        )


def _log(evidence: SqliteEvidence, counted: Counted) -> Iterator[Finding]:
    sizes = {file.path.name.removeprefix(evidence.path.name): file for file in evidence.beside}
    if journal := sizes.get("-journal"):
        yield wrong(
            f"A journal of {journal.size:,} bytes lies beside the database. It holds pages as they"
            " were before a change that was not finished. Start Headwind once, end it, and look"
            " again.",
            str(journal.path),
        )
    log = evidence.path.with_name(evidence.path.name + "-wal")
    if any(survey.state in UNCLOSED for survey in counted.surveys):
        yield from _log_of_boxes(log)
    elif "-wal" in sizes:
        yield from _log_of_the_closed(evidence, log)


def _log_of_boxes(log: Path) -> Iterator[Finding]:
    """Say the same whatever the log holds: it appears with the first box after a start."""
    yield stored(
        "Beside the database SQLite keeps a log of what was written lately, in the order it was"
        " written, sealed boxes among it. It comes and goes.",
        str(log),
    )
    yield learnable(
        "Whoever reads this log sees in which order the latest boxes arrived, and earlier versions"
        " of a box that was replaced. All of it is sealed. Closing empties it.",
        str(log),
    )


def _log_of_the_closed(evidence: SqliteEvidence, log: Path) -> Iterator[Finding]:
    near = _near_answers(evidence)
    held = "; sealed boxes or codes are among it" if near else "; no box or code is among it"
    yield stored(
        "A log lies beside the database. It holds what was written lately, in the order it was"
        f" written{held}.",
        str(log),
    )


def _near_answers(evidence: SqliteEvidence) -> int:
    near = evidence.pages_of(("box", "credential"))
    return sum(frame.page in near for frame in evidence.file.frames)
