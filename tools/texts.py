"""Every text that this program can say, and which of them have no German yet.

    python -m tools.texts                   says how many are missing, and where
    python -m tools.texts --add console     adds the missing ones, empty, to locale/de/console.po

Read from the code (`_`, `ngettext`, `mark`, `lazy`, `later`), the templates, and the sentences of
errors.
An entry without a translation counts as missing; the English is shown then.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "survey" / "locale"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "mark", "lazy", "later")),
    "ngettext": (1, 2),
}
OPTIONS = {"trimmed": "false", "newstyle_gettext": "true", "trim_blocks": "true"}
SAME = {"de": frozenset({"Headwind"})}


@dataclass(frozen=True)
class Text:
    """A text in English, one form or two, and where it stands first."""

    forms: tuple[str, ...]
    place: str


def texts() -> dict[str, Text]:
    """Return every text by its first form."""
    found: dict[str, Text] = {}
    for text in (*_of_templates(), *_of_code(), *_of_errors()):
        known = found.get(text.forms[0])
        if known is None or len(known.forms) < len(text.forms):
            found[text.forms[0]] = text
    return found


def missing(language: str) -> dict[str, Text]:
    """Return the texts that have no translation."""
    there = translated(language)
    return {one: text for one, text in texts().items() if one not in there}


def translated(language: str) -> dict[str, tuple[str, ...]]:
    """Return what is translated: English, first form -> the translation's forms."""
    found: dict[str, tuple[str, ...]] = {}
    for file in sorted((LOCALE / language).glob("*.po")):
        for message in read(file, language):
            strings = _forms(message.string)
            if message.id and all(strings) and not message.fuzzy:
                found[_forms(message.id)[0]] = strings
    return found


def read(file: Path, language: str) -> Catalog:
    """Read one file of translations."""
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def _of_templates() -> Iterator[Text]:
    for file in sorted((ROOT / "templates").rglob("*.html")):
        yield from _extracted("jinja2.ext:babel_extract", file)
    for file in sorted((ROOT / "templates").rglob("*.txt")):
        yield from _extracted("jinja2.ext:babel_extract", file)


def _of_code() -> Iterator[Text]:
    for file in sorted((ROOT / "survey").rglob("*.py")):
        yield from _extracted("python", file)


def _extracted(how: str, file: Path) -> Iterator[Text]:
    with file.open("rb") as opened:
        for line, told, _, _ in extract(how, opened, KEYWORDS, (), OPTIONS):
            forms = (told,) if isinstance(told, str) else tuple(told)
            if forms[0]:
                yield Text(forms, f"{file.relative_to(ROOT)}:{line}")


def _of_errors() -> Iterator[Text]:
    """Yield the sentences of errors: the docstrings of what stems from `UserError`."""
    classes = [(file, node) for file, node in _classes()]
    known = {"UserError"}
    while True:
        more = {n.name for _, n in classes if known & {_name(base) for base in n.bases}} - known
        if not more:
            break
        known |= more
    for file, node in classes:
        told = ast.get_docstring(node, clean=False)
        if node.name in known and told:
            sentence = " ".join(cleandoc(told).split())
            yield Text((sentence,), f"{file.relative_to(ROOT)}:{node.lineno}")


def _classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for file in sorted((ROOT / "survey").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield file, node


def _name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def _forms(told: object) -> tuple[str, ...]:
    return tuple(map(str, told)) if isinstance(told, tuple | list) else (str(told),)


def add(area: str, wanted: dict[str, Text], language: str = "de") -> None:
    """Add texts to the file of an area, without a translation."""
    file = LOCALE / language / f"{area}.po"
    catalog = read(file, language) if file.exists() else Catalog(locale=language)
    for text in wanted.values():
        forms = text.forms[0] if len(text.forms) == 1 else text.forms[:2]
        catalog[forms] = Message(forms, locations=[(text.place.rsplit(":", 1)[0], 0)])
    written = BytesIO()
    write_po(written, catalog, width=100, omit_header=False, include_lineno=False)
    file.write_bytes(written.getvalue())


def main() -> int:
    """Tell what is missing, or add it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--add", metavar="AREA", help="add them, empty, to the file of this name")
    asked.add_argument("--only", default="", help="only texts that stand in paths that begin so")
    told = asked.parse_args()
    lost = {
        one: text
        for one, text in missing("de").items()
        if text.place.startswith(tuple(told.only.split(",")))
    }
    if told.add:
        add(told.add, lost)
    for text in lost.values():
        print(f"{text.place}: {text.forms[0][:100]}")
    print(f"{len(lost)} of {len(texts())} texts have no German.", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
