"""The questionnaires that come with the program, and how one is found by name or path.

Here belongs where folders lie that stand at the top of a checkout and inside the package of a
wheel.
"""

from pathlib import Path

from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import listed, quoted
from survey.questionnaire.parse import parse, text_of_file

PACKAGE = Path(__file__).resolve().parent.parent


class UnknownQuestionnaire(UserError):
    """There is no questionnaire {name}: it is no file, and shipped are {shipped}."""


def shipped_folder(name: str) -> Path:
    """Return a folder that travels with the program, such as "questionnaires"."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def shipped_ids() -> tuple[str, ...]:
    """Return the names of the shipped questionnaires, in alphabetical order."""
    return tuple(sorted(path.stem for path in shipped_folder("questionnaires").glob("*.toml")))


def shipped_text(name: str) -> str:
    """Return the file of a shipped questionnaire.

    Raises
    ------
    UnknownQuestionnaire
        No shipped questionnaire has this name.
    """
    if name not in shipped_ids():
        raise UnknownQuestionnaire(name=quoted(name), shipped=listed(shipped_ids()))
    return (shipped_folder("questionnaires") / f"{name}.toml").read_text(encoding="utf-8")


def find(name_or_path: str) -> Questionnaire:
    """Return a shipped questionnaire by its name, or else the one in a file.

    Raises
    ------
    UnknownQuestionnaire
        It is neither.
    UnreadableFile, DefinitionError
        The file cannot be read, or has faults.
    """
    return parse(text_of(name_or_path))


def text_of(name_or_path: str) -> str:
    """Return the file of a shipped questionnaire, or else the text at a path; faults as in `find`.

    Whether the text has faults is not looked at.
    """
    if name_or_path in shipped_ids():
        return shipped_text(name_or_path)
    if not _is_there(name_or_path):
        raise UnknownQuestionnaire(name=quoted(name_or_path), shipped=listed(shipped_ids()))
    return text_of_file(Path(name_or_path))


def _is_there(path: str) -> bool:
    try:
        return path != "" and Path(path).exists()
    except (OSError, ValueError):  # too long for a path, or a character that none can have
        return False
