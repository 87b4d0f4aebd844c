"""Everything that may be taken along of a client, in one ZIP that is made in the background.

Made of reports, of the roster, and of what `survey.services.holdings` gathers: released values
only. How it is kept and thrown away stands in `making`. What was made is given for a day, and no
longer than everything in it is as it was.
"""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from survey.charts.pictures import Pictures
from survey.exports.along import Content, kind_of
from survey.exports.making import Makings, Progress
from survey.exports.parcels import HARMLESS, TRIES, ChangedMeanwhile
from survey.exports.roster_files import as_csv, as_xlsx, rows_of, table_csv, table_xlsx
from survey.language import gettext as _
from survey.language import mark
from survey.questionnaire.guide_files import guides_for
from survey.report.model import Report
from survey.services.client_units import UnitLine, path_of, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.holdings import (
    Holding,
    edition_of_holdings,
    holding_of,
    surveys_of,
)
from survey.services.letterheads import load_letterhead
from survey.services.released import load_report
from survey.services.roster_rules import STEP
from survey.services.rosters import people_of
from survey.services.surveys import SurveyLine

REPORT_FILES = "figures.xlsx", "figures.csv", "report.html"
PRINTED = "report.pdf"
ABOUT: Mapping[str, str] = {
    "roster/people.csv": mark("the people of the roster: unit, name, mail address, language"),
    "roster/people.xlsx": mark("the same, as a workbook"),
    "roster/units.csv": mark("the units, with how many people each has"),
    "roster/units.xlsx": mark("the same, as a workbook"),
    "figures.xlsx": mark("all figures that were released, in tables, with the comments"),
    "figures.csv": mark("the same figures, for other programs"),
    "report.html": mark("the report as one web page, which opens without a network"),
    "report.pdf": mark("the report, to print"),
    "record.txt": mark("the closing record: one receipt a line, filled up with made-up ones"),
    "frozen.txt": mark("all that was fixed at opening; the six words are made from this text"),
    "questionnaire.toml": mark("the questionnaire as it was asked"),
    "agreed.csv": mark("what groups agreed to do, and how far it is"),
    "outcomes.csv": mark("what became of the planned practice, in the words of who recorded it"),
    "mailings.csv": mark("how many mails were sent, and when; not to whom"),
}
"""File -> what it is."""
OUTCOMES = {"adopted": mark("adopted"), "stalled": mark("stalled"), "dropped": mark("dropped")}
STATES = {"open": mark("open"), "done": mark("done"), "dropped": mark("dropped")}


@dataclass(frozen=True)
class Whole:
    """What a file with everything is made from."""

    view: ClientView
    lines: tuple[SurveyLine, ...]
    edition: str


class ClientFiles(Makings):
    """The files with everything of a client, in a folder of the instance."""

    def __init__(
        self,
        folder: Path,
        sessions: sessionmaker[Session],
        pictures: Pictures,
        clock: Callable[[], datetime],
        guides: Path | None = None,
    ) -> None:
        """Keep files in a folder; `guides`: the folder of a consultant's own guides."""
        super().__init__(folder)
        self._sessions, self._pictures, self._clock = sessions, pictures, clock
        self._guides = guides

    def start(self, client: str) -> bool:
        """Begin to make the file of a client anew; False where that is going on already.

        Raises
        ------
        UnknownClient
        """
        whole = self._load(client)
        return self.begin(client, 1 + len(whole.lines), partial(self._make, client, whole))

    def result(self, client: str) -> Path | None:
        """Return the file; None where there is none, or it is no longer as things stand."""
        path = super().result(client)
        if path is None:
            return None
        try:
            made_from = self._edition(client).read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        return path if made_from == self._load(client).edition else None

    def _load(self, client: str) -> Whole:
        with self._sessions() as session:
            lines = surveys_of(session, client, self._clock())
            edition = edition_of_holdings(session, client, lines)
            return Whole(client_view(session, client), lines, edition)

    def _make(self, client: str, whole: Whole) -> None:
        """Make the file, and again where something in it has changed meanwhile."""
        part = self.part_of(client)
        for _try in range(TRIES):
            self._pack(client, whole, part)
            now = self._load(client)
            if now.edition == whole.edition:
                self._edition(client).write_text(whole.edition, encoding="ascii")
                part.replace(self.whole_of(client))
                return
            whole = now
        raise ChangedMeanwhile

    def _pack(self, client: str, whole: Whole, part: Path) -> None:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        names: list[str] = []
        total = 1 + len(whole.lines)
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parcel,
        ):
            for at, files in enumerate(self._files(client, whole), start=1):
                for name, content in files:
                    parcel.writestr(name, content)
                    names.append(name)
                self.tell(client, Progress(at, total))
            parcel.writestr("README.txt", _readme(whole.view, names, self._clock()))

    def _files(self, client: str, whole: Whole) -> Iterator[Iterator[tuple[str, bytes]]]:
        yield self._roster(client)
        for at, line in enumerate(whole.lines, start=1):
            title = HARMLESS.sub(" ", line.title).strip(" .")[:60]
            yield self._survey(f"surveys/{at:02} {title}".rstrip(), line)

    def _roster(self, client: str) -> Iterator[tuple[str, bytes]]:
        with self._sessions() as session:
            tree, people = tree_of(session, client), people_of(session, client)
        rows, units = list(rows_of(tree, people)), list(_unit_rows(tree))
        yield "roster/people.csv", as_csv(rows)
        yield "roster/people.xlsx", as_xlsx(rows)
        yield "roster/units.csv", table_csv(units)
        yield "roster/units.xlsx", table_xlsx(_("Units"), units)

    def _survey(self, folder: str, line: SurveyLine) -> Iterator[tuple[str, bytes]]:
        with self._sessions() as session:
            held = holding_of(session, line, self._clock())
        if held.has_report:
            for name, content in self._report(line.slug):
                yield f"{folder}/{name}", content
        for name, content in _beside(held):
            yield f"{folder}/{name}", content

    def _report(self, slug: str) -> Iterator[tuple[str, bytes]]:
        with self._sessions() as session:
            report = load_report(session, slug, self._clock())
            letterhead = load_letterhead(session, slug)
        content = Content(self._guided(report), None, letterhead, self._pictures)
        printed = (PRINTED,) if self._pictures.browser else ()
        for name in (*REPORT_FILES, *printed):
            kind = kind_of(name)
            assert kind is not None  # noqa: S101 -- a slip in the names above
            yield name, kind.make(content)

    def _guided(self, report: Report) -> Report:
        return replace(report, guides=guides_for(report.questionnaire, self._guides).guides)

    def _edition(self, client: str) -> Path:
        return self._folder / f"{client}.edition"


def _beside(held: Holding) -> Iterator[tuple[str, bytes]]:
    """Yield what goes with a survey beside its report; no empty file."""
    yield "frozen.txt", held.frozen
    yield "questionnaire.toml", held.questionnaire.encode()
    if held.receipts:
        yield "record.txt", "".join(f"{one}\n" for one in held.receipts).encode()
    if held.agreed:
        yield "agreed.csv", table_csv(_agreed_rows(held))
    if held.became:
        yield "outcomes.csv", table_csv(_outcome_rows(held))
    if held.mailings:
        yield "mailings.csv", table_csv(_mailing_rows(held))


def _unit_rows(tree: Sequence[UnitLine]) -> Iterator[Sequence[str]]:
    by_id = {unit.id: unit for unit in tree}
    yield _("Unit"), _("People in the roster"), _("Leaders in the roster"), _("Without a name")
    for unit in tree:
        path = f" {STEP} ".join(path_of(by_id, unit.id))
        yield path, str(unit.members), str(unit.leaders), str(unit.people)


def _agreed_rows(held: Holding) -> Iterator[Sequence[str]]:
    yield _("Group"), _("Who"), _("What"), _("Until"), _("State")
    for one in held.agreed:
        group = one.group or _("All groups together")
        yield group, one.who, one.what, one.until, _(STATES[one.state])


def _outcome_rows(held: Holding) -> Iterator[Sequence[str]]:
    yield (
        *(_("Group"), _("Months after closing"), _("Outcome"), _("Note"), _("Recorded on")),
        _("Whoever rated it had seen the verdict"),
    )
    for one in held.became:
        told = one.outcome
        knew = _("yes") if told.knew_verdict else _("no")
        became = _(OUTCOMES[told.became])
        day = told.recorded_on.isoformat()
        yield one.group, str(one.months), became, told.note, day, knew


def _mailing_rows(held: Holding) -> Iterator[Sequence[str]]:
    yield _("Mailing"), _("Begins"), _("Mails"), _("Sent")
    for one in held.mailings:
        kind = _("Invitation") if one.kind == "invitation" else _("Reminder")
        yield kind, one.due.isoformat(timespec="minutes"), str(one.total), str(one.sent)


def _readme(view: ClientView, names: Sequence[str], now: datetime) -> str:
    """Return what explains every file that is there, and what is not there."""
    told: dict[str, list[str]] = {}
    for name in names:
        folder, _slash, file = name.rpartition("/")
        folder = "" if name in ABOUT else folder
        told.setdefault(folder, []).append(name if name in ABOUT else file)
    lines = [_("Everything of {client}", client=view.name), _day(now.date()), ""]
    for folder, files in told.items():
        lines += [f"{folder}/"] if folder else []
        lines += [f"  {file}: {_(ABOUT[file])}" for file in files]
        lines.append("")
    lines += [_("What is not in it:"), *(f"- {one}" for one in _left_out()), ""]
    return "\r\n".join(lines)


def _day(today: date) -> str:
    return _("As things stood on {day}.", day=today.isoformat())


def _left_out() -> Sequence[str]:
    return (
        _(
            "Answers of people. Of closed surveys they exist nowhere: they were destroyed. Of"
            " surveys that are not closed they lie sealed where they are, and are in no export."
        ),
        _("Codes, keys and opening codes; and who was asked by mail."),
        _(
            "Whether people of a group report being hurt: that is for the role alone that was named"
            " to them, on a page of its own."
        ),
        _("Comments that were hidden, and figures of groups that are too small to be shown."),
        _("Surveys in preparation, accounts, links, and the log of who opened which report."),
    )
