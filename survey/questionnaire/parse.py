"""From the text of a questionnaire file to a questionnaire, or to every fault in it.

Here belong reading the file, its encoding, size and TOML syntax, and the order of the passes. A
syntax fault ends the reading, because nothing after it can be trusted; all other faults are told
together.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from survey.errors import UserError
from survey.questionnaire import convert
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.draft import read
from survey.questionnaire.faults import DefinitionError, Fault, FaultList, bare
from survey.questionnaire.references import check_references
from survey.questionnaire.settings import check_settings
from survey.questionnaire.shape import File
from survey.questionnaire.structure import check_structure
from survey.questionnaire.texts import check_texts

MOST_BYTES = 512 * 1024
MOST_IN_A_LINE = {"characters": 4000, "full stops": 100}
"""No text needs more. A key of thousands of parts would take the TOML reader quadratic time."""
AT_LINE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
SYNTAX = (
    ("Cannot overwrite", "this key stands twice, or this table once as [ ] and once as [[ ]]"),
    ("Cannot declare", "this table stands twice; write [[…]] for a table that repeats"),
    ("Duplicate inline", "this key stands twice"),
    ("Cannot mutate", "this table was already closed"),
    ("Cannot redefine", "this table was already closed"),
    ("Unterminated string", "a text is opened with a quotation mark and never closed"),
    (
        "Illegal character '\\n'",
        "a text runs over the end of the line; close it, or write three quotation marks",
    ),
    ("Illegal character", "a character that nobody sees stands here; take it out"),
    ("Found invalid character", "a character that nobody sees stands here; take it out"),
    ("Unescaped", "a backslash in a text is written twice"),
    ("Escaped character", "this backslash code stands for no character"),
    ("Invalid hex", "this backslash code stands for no character"),
    ("Invalid initial", "a key begins here; and what { opens is closed in the same line"),
    ("Expected '='", "after a key comes = and its value"),
    ("Expected newline", "something stands after the end of the value"),
    ("Expected ']]'", "the name of the table is closed with ]]"),
    ("Expected ']'", "the name of the table is closed with ]"),
    ("Unclosed array", "the list is not closed with ], or a comma is missing in it"),
    ("Unclosed inline", "the { is not closed with } in the same line, or a comma is missing"),
    ("Invalid value", "this value is not understood; a text stands in quotation marks"),
    ("Invalid date", "this date or time does not exist"),
)
"""How the TOML reader begins its message, and what we say instead."""


class UnreadableFile(UserError):
    """The file {path} cannot be read: {why}."""


def load(path: Path) -> Questionnaire:
    """Return the questionnaire in a file.

    Raises
    ------
    UnreadableFile
        It is not there, is a folder, or may not be read.
    DefinitionError
        It has faults; all of them are told.
    """
    return parse(text_of_file(path))


def parse(text: str) -> Questionnaire:
    """Return the questionnaire that a text in TOML describes.

    Raises
    ------
    DefinitionError
        The text has faults; all of them are told. Nothing else is raised, whatever the text.
    """
    raw = read_toml(text.removeprefix("\ufeff"))
    faults = FaultList()
    draft = read(raw, faults)
    check_texts(draft, faults)
    check_references(draft, faults)
    check_structure(draft, faults)
    check_settings(draft, faults)
    found = faults.in_order()
    if found:
        raise DefinitionError(found)
    return convert.questionnaire(File.model_validate(raw))


def text_of_file(path: Path) -> str:
    """Read a file that should be UTF-8, and not more of it than a questionnaire can have."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise UnreadableFile(path=bare(str(path)), why=(why or "no such file").lower()) from None
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "is not in UTF-8; save the file with the encoding UTF-8"
        raise DefinitionError([Fault(f"line {line}", what)]) from None


def _too_large() -> DefinitionError:
    what = f"is larger than {MOST_BYTES // 1024} KiB; no questionnaire is that long"
    return DefinitionError([Fault("file", what)])


def read_toml(text: str) -> dict[str, Any]:
    """Read TOML, or tell the line of the first fault in it."""
    if len(text) > MOST_BYTES:
        raise _too_large()
    for number, line in enumerate(text.split("\n"), start=1):
        for what, found in (("characters", len(line)), ("full stops", line.count("."))):
            if found > MOST_IN_A_LINE[what]:
                fault = Fault(f"line {number}", f"has {found} {what}; break it up")
                raise DefinitionError([fault])
    try:
        return tomllib.loads(text)
    except RecursionError:
        fault = Fault("file", "brackets stand inside brackets too deeply")
        raise DefinitionError([fault]) from None
    except ValueError as error:
        raise DefinitionError([_syntax_fault(str(error), text)]) from None


def _syntax_fault(message: str, text: str) -> Fault:
    """Say a message of the TOML reader in plain words, with its line."""
    found = AT_LINE.search(message)
    last = text.rstrip().count("\n") + 1
    line = int(found[1]) if found and found[1] else last
    column = f" (column {found[2]})" if found and found[2] else " (end of the file)"
    said = next((ours for start, ours in SYNTAX if message.startswith(start)), "")
    return Fault(f"line {line}", f"{said or 'this is not TOML; a line reads key = value'}{column}")
