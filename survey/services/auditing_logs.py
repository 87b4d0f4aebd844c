"""What an audit finds in texts: codes, receipts and visits of respondents in logs and other files.

A code must stand in no file. Who holds one can answer in somebody's place; who also knows whose it
is can tell whether that person answered.
"""

import gzip
import ipaddress
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.ballots.codes import PERSON_LENGTH, credential
from survey.ballots.inspecting import LONGEST, codes_in, codes_within
from survey.errors import UserError
from survey.services.findings import Finding, learnable, stored, wrong
from survey.storage.forensics.pages import Unreadable, blocks

LONGEST_LINE = 2**16
GZIP = b"\x1f\x8b"
VISIT = b"/s/"
_IPV4 = re.compile(rb"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(rb"(?<![0-9A-Fa-f:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*")
_PART = rb"[0-9A-HJKMNP-TV-Z]{4}"
_RECEIPT = re.compile(rb"(?<![0-9A-Z-])%s-%s-%s(?![0-9A-Z-])" % (_PART, _PART, _PART))


class NoCodes(UserError):
    """{file} has no code of a person. It needs one code a line, as they were printed."""


@dataclass(frozen=True)
class Known:
    """What makes a find certain: codes that were given, hashes and receipts that are stored."""

    codes: Collection[str] = ()
    surveys: Collection[str] = ()
    hashes: Collection[bytes] = ()
    receipts: Collection[str] = ()
    kept: Collection[str] = ()
    """Codes that a table keeps: of mails that are not sent yet, and of rehearsals."""

    def is_code(self, plain: str) -> bool:
        """Say whether a code is one that was given, or one that a survey still recognises."""
        if len(plain) != PERSON_LENGTH:
            return False
        return plain in self.codes or any(
            credential(plain, survey) in self.hashes for survey in self.surveys
        )


@dataclass
class _Found:
    kept: int = 0
    certain: int = 0
    likely: int = 0
    unclear: int = 0
    opening: int = 0
    receipts: int = 0
    visits: int = 0
    unnamed_visits: int = 0


def read_codes(file: Path) -> frozenset[str]:
    """Return the codes of a file in their plain form; whatever else stands there is passed over."""
    found = set[str]()
    for _, block in blocks(file, LONGEST):
        found |= {plain for plain, _, _ in codes_in(block) if len(plain) == PERSON_LENGTH}
    if not found:
        raise NoCodes(file=file)
    return frozenset(found)


def database_findings(files: Sequence[Path], known: Known, mailed: int) -> Iterator[Finding]:
    """Look for codes in the files of a database, where only hashes of them may stand.

    `mailed`: mails with a code that are being sent. Until all are, the files may also hold codes
    of those that were sent a moment ago: which they are nobody can tell, so they are no fault yet.
    """
    clean, kept, gone = True, 0, 0
    for file in files:
        found = _Found()
        for old, block in blocks(file, LONGEST):
            _count_codes(found, known, block, old, known.kept)
        kept += found.kept
        if mailed:
            gone, found.certain = gone + found.certain, 0
        if found.certain or found.likely or found.opening:
            clean = False
            yield wrong(_codes_told(found, "the database"), str(file))
    if gone:
        yield learnable(
            f"Codes of people that no table keeps stand in the database's files ({gone}). Those of"
            " mails that were sent within the last minute are still to be cleared. Search again"
            " when no mail with a code waits: then none may be left."
        )
    clean = clean and not gone
    if kept:
        yield stored(
            "Codes of people stand in the database's files: those of mails that are not sent yet,"
            " and test codes of rehearsals. "
            + ("No other code, and no opening code." if clean else "Others are told apart.")
        )
    elif files and clean:
        yield stored("No code of a person and no opening code stands in the database's files.")


def text_findings(texts: Iterator[tuple[str, str]], known: Known) -> Iterator[Finding]:
    """Look for codes in the texts of a database whose files cannot be read."""
    found: dict[str, _Found] = {}
    for table, text in texts:
        _count_codes(found.setdefault(table, _Found()), known, text.encode(), 0, known.kept)
    for table, counts in found.items():
        if counts.certain or counts.likely or counts.opening:
            yield wrong(_codes_told(counts, "the database"), f"table {table}")


def log_findings(logs: Sequence[Path], known: Known) -> Iterator[Finding]:
    """Say what a log tells of respondents."""
    for log in logs:
        found = _Found()
        for line in _lines(log):
            _count_codes(found, known, line, 0)
            _count_visit(found, line, known)
        yield from _log_told(found, log)


def _lines(log: Path) -> Iterator[bytes]:
    """Yield the lines of a log, packed with gzip or not; very long ones in pieces."""
    try:
        with log.open("rb") as plain:
            packed = plain.read(2) == GZIP
        with gzip.open(log, "rb") if packed else log.open("rb") as stream:
            while line := stream.readline(LONGEST_LINE):
                yield line
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(file=log, why=getattr(fault, "strerror", None) or fault) from fault


def _count_codes(
    found: _Found, known: Known, block: bytes, old: int, kept: Collection[str] = ()
) -> None:
    ends = set[int]()
    for plain, grouped, end in codes_in(block):
        ends.add(end)
        if end <= old:
            continue
        if plain in kept:
            found.kept += 1
        elif known.is_code(plain):
            found.certain += 1
        elif len(plain) != PERSON_LENGTH:
            found.opening += grouped
            found.unclear += not grouped
        elif grouped:
            found.likely += 1
        else:
            found.unclear += 1
    for plain, end in codes_within(block):
        if end > old and end not in ends:
            found.kept += plain in kept
            found.certain += plain not in kept and known.is_code(plain)


def _count_visit(found: _Found, line: bytes, known: Known) -> None:
    for match in _RECEIPT.finditer(line):
        found.receipts += match[0].decode() in known.receipts
    if VISIT in line:
        named = _names_a_machine(line)
        found.visits += named
        found.unnamed_visits += not named


def _names_a_machine(line: bytes) -> bool:
    return bool(_IPV4.search(line)) or any(_is_ipv6(part[0]) for part in _IPV6.finditer(line))


def _is_ipv6(text: bytes) -> bool:
    try:
        ipaddress.IPv6Address(text.decode())
    except ValueError:
        return False
    return True


def _codes_told(found: _Found, where: str) -> str:
    parts = [
        (found.certain, "of people, valid ones"),
        (found.likely, "that look like codes of people"),
        (found.opening, "that look like opening codes"),
    ]
    counts = ", ".join(f"{many} {what}" for many, what in parts if many)
    return (
        f"Codes stand in {where}: {counts}. Codes must be on cards and in mails only. Whoever reads"
        " them can answer in somebody's place, or find out whether somebody answered."
    )


def _log_told(found: _Found, log: Path) -> Iterator[Finding]:
    where = str(log)
    wrongs = list(_wrong_in_log(found, where))
    yield from wrongs
    yield from _unsure_in_log(found, where)
    if not wrongs:
        yield stored("This log was searched: no code, no receipt, no visit with an address.", where)


def _wrong_in_log(found: _Found, where: str) -> Iterator[Finding]:
    if found.certain or found.likely or found.opening:
        yield wrong(_codes_told(found, "this log"), where)
    if found.visits:
        yield wrong(
            f"A log with times and addresses of visits to /s/… ({found.visits} lines): whoever"
            " reads it learns from which machine the survey was visited, and when. Neither"
            " Headwind nor the proxy in front of it may log these pages.",
            where,
        )
    if found.receipts:
        yield wrong(
            f"{found.receipts} receipts of this database stand in this log. With its times it tells"
            " when which box was sealed.",
            where,
        )


def _unsure_in_log(found: _Found, where: str) -> Iterator[Finding]:
    if found.unnamed_visits:
        yield learnable(
            f"{found.unnamed_visits} visits to /s/… without an address. Whoever reads their times"
            " and saw who sat at a screen then can guess who answered.",
            where,
        )
    if found.unclear:
        yield learnable(
            f"{found.unclear} rows of letters and digits could be codes; one in 32 such rows is so"
            " by chance. Name your codes with --codes to be sure.",
            where,
        )
