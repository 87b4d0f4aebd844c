"""Where discussion guides lie: those that come with the program, and a consultant's own.

Here belongs which file is used for which questionnaire. A file of one's own goes before the shipped
one; one with faults is left aside and told, because a report must open all the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError, listed, quoted
from survey.questionnaire.guides import Guides, parse
from survey.questionnaire.parse import parse as parse_questionnaire
from survey.questionnaire.parse import text_of_file
from survey.questionnaire.shipped import shipped_folder, shipped_ids, shipped_text

FOLDER = "guides"
TABLE = re.compile(r"^\s*\[\[\s*guides\s*\]\]", re.MULTILINE)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


class NoSuchQuestionnaire(UserError):
    """there is no questionnaire {name}; its file belongs beside this one or in the folder above,
    under this name (shipped are {shipped})
    """


class FaultyQuestionnaire(UserError):
    """the file of {name} has faults of its own; check it first"""


@dataclass(frozen=True)
class Found:
    """The guides for a questionnaire, and the names of own files that cannot be used."""

    guides: Guides
    unusable: tuple[str, ...] = ()


def guides_for(questionnaire: Questionnaire, own: Path | None = None) -> Found:
    """Return the guides for a questionnaire: of one's own folder, else the shipped ones, else none.

    Parameters
    ----------
    questionnaire
        Looked for by its id among the `questionnaires` that a file names.
    own
        A folder with files of one's own; it need not exist.
    """
    unusable = []
    for path in (*_files(own), *_files(shipped_folder("questionnaires") / FOLDER)):
        try:
            guides = _parsed(text_of_file(path))
        except UserError:
            unusable.append(path.name)
            continue
        if questionnaire.id in guides.questionnaires:
            return Found(guides, tuple(unusable))
    return Found(Guides(), tuple(unusable))


def speaks_of_guides(text: str) -> bool:
    """Whether a file is one of guides, and not a questionnaire."""
    return TABLE.search(text) is not None


def check_guides(text: str, path: Path) -> Guides:
    """Return the guides in the text of a file, held against the questionnaires that it names.

    A questionnaire is looked for beside the file, in the folder above it, and among the shipped.

    Raises
    ------
    DefinitionError
        It has faults; all of them are told.
    """
    return parse(text, lambda name: _questionnaire(name, path.parent))


@lru_cache(maxsize=16)
def _parsed(text: str) -> Guides:
    return parse(text)


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from sorted(folder.glob("*.toml"))


def _questionnaire(name: str, folder: Path) -> Questionnaire:
    """Return a questionnaire that a file of guides names."""
    if NAME.fullmatch(name):
        for path in (folder / f"{name}.toml", folder.parent / f"{name}.toml"):
            if path.is_file() and not speaks_of_guides(text := text_of_file(path)):
                return _sound(name, text)
        if name in shipped_ids():
            return _sound(name, shipped_text(name))
    raise NoSuchQuestionnaire(name=quoted(name), shipped=listed(shipped_ids()))


def _sound(name: str, text: str) -> Questionnaire:
    try:
        return parse_questionnaire(text)
    except DefinitionError:
        raise FaultyQuestionnaire(name=quoted(name)) from None
