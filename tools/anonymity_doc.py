"""Write the made parts of docs/anonymity.md, and the examples in docs/works-council, anew.

Run it after a change in survey/services/promises or templates/papers; a test compares:

    .venv/bin/python -m tools.anonymity_doc
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from survey.disclosure.values import Policy, Unit
from survey.exports.papers import PAPERS, Language, render_paper
from survey.questionnaire.shipped import find
from survey.services.promises.checks import checks
from survey.services.promises.row import Row
from survey.services.promises.settings import Settings, settings_of
from survey.services.promises.table import rows
from survey.services.surveys import SurveyView

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "anonymity.md"
PAPERS_FOLDER = DOCS / "works-council"
MADE = re.compile(
    r"(<!-- made by tools/anonymity_doc\.py: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL
)
EXAMPLE = SurveyView(
    slug="example",
    title="How this team works together",
    client="Example Logistics",
    practice="the shared handover",
    critical=(),
    questionnaire=find("environment"),
    units=(
        Unit("all", "Example Logistics", None, 0),
        Unit("north", "Night shift", "all", 12),
        Unit("south", "Day shift", "all", 9),
    ),
    policy=Policy(),
    state="open",
    opened_at=datetime(2027, 3, 1, 8, 0, tzinfo=UTC),
    ends_at=datetime(2027, 3, 15, 17, 0, tzinfo=UTC),
    closable_from=datetime(2027, 3, 15, 17, 0, tzinfo=UTC),
    closed_at=None,
    timezone="Europe/Berlin",
    organiser="Example Consulting",
    holders=("Ana Lindqvist", "the works council", "a sealed envelope with the notary"),
    help_contact="Ana Lindqvist, ana@example.org",
    harm_role="the works council",
    public_key=bytes(32),
    previous=None,
    revision=1,
    scheme="two of three",
    results_on=date(2027, 3, 29),
)
EXAMPLES: Mapping[Language, SurveyView] = {
    "en": EXAMPLE,
    "de": replace(
        EXAMPLE,
        title="Wie wir zusammenarbeiten",
        client="Beispiel Logistik GmbH",
        practice="die gemeinsame Übergabe",
        units=(Unit("north", "Nachtschicht", None, 12), Unit("south", "Tagschicht", None, 9)),
        organiser="Beispiel Beratung",
        holders=("Ana Lindqvist", "der Betriebsrat", "ein versiegelter Umschlag beim Notariat"),
        harm_role="der Betriebsrat",
    ),
}


def page(text: str) -> str:
    """Return docs/anonymity.md with its made parts as they should be."""
    made = _made()
    return MADE.sub(lambda found: found[1] + made[found[2]] + found[3], text)


def papers() -> Mapping[str, str]:
    """Return the files of docs/works-council: every paper for one made-up survey."""
    return {
        f"{paper.key}.{language}.md": render_paper(
            paper.key, language, view, settings_of(view, "", postgresql=False)
        )
        for paper in PAPERS
        for language, view in EXAMPLES.items()
    }


def _made() -> Mapping[str, str]:
    usual, other = (
        Settings(),
        Settings(scheme="two of three", holders=(*Settings.holders, "a spare")),
    )
    known, mailed = set(rows(usual)), Settings(by_mail=True)
    return {
        "table": _table(rows(usual)),
        "two of three": _table(tuple(row for row in rows(other) if row not in known)),
        "by mail": _table(tuple(row for row in rows(mailed) if row not in known)),
        "checks": "".join(_checks(mailed)),
    }


def _table(shown: tuple[Row, ...]) -> str:
    head = (
        "| who, holding what | learns while it is open | learns after it is closed"
        " | to learn more it takes; what helps |\n|---|---|---|---|\n"
    )
    return head + "".join(_line(row) for row in shown)


def _line(row: Row) -> str:
    takes = [f"Takes: {row.takes}"] * bool(row.takes) + [f"Helps: {row.helps}"] * bool(row.helps)
    cells = (f"**{row.who}.** {row.holding}", row.open, row.closed, " ".join(takes))
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _checks(told: Settings) -> Iterator[str]:
    for check in checks(told):
        yield f"- **{check.claim}** {check.yourself}".rstrip() + "\n"
        yield from (f"    - `{place}`\n" for place in check.expert)


def main() -> None:
    """Write every made part; say what has changed."""
    files = {PAGE: page(PAGE.read_text(encoding="utf-8"))}
    files |= {PAPERS_FOLDER / name: text for name, text in papers().items()}
    for file, text in files.items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"{file.relative_to(DOCS.parent)} was written anew")


if __name__ == "__main__":
    main()
