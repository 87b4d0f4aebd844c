"""A deck while it is made: slides from our own layouts, their words, footers and speaker notes.

Here belongs what every slide has, and how a deck becomes a file; what stands on which slide is
said in `slides_team` and `slides_organisation`. Every word goes through `plain`.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Inches, Pt

from survey import language
from survey.charts.style import RUST
from survey.exports.letterhead import Letterhead
from survey.exports.slides_fit import LEADING, POINTS, height, plain, shortened, size_for
from survey.language import _
from survey.report.model import Facts

MASTER = Path(__file__).resolve().parent / "master.pptx"
TITLE = 0
SUBTITLE, KICKER, FIRST, SECOND, NOTE, THIRD, CHART, TABLE = 10, 11, 12, 13, 14, 15, 16, 17
FOOTER, PAGE, COUNTED, CONSULTANT = 20, 22, 23, 24
SIZES = {"Finding": (36, 30, 26, 22), "": (26, 22, 18)}
"""Sizes of titles, the largest that fits is taken."""
NOTE_SIZES = (11, 10, 9, 8)
DAY_ONE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Said:
    """One paragraph in a text of a slide."""

    words: str
    bold: bool = False
    size: int = 0
    """In points; 0 is that of the layout."""
    rust: bool = False


@dataclass(frozen=True)
class Head:
    """What stands at the head and the foot of a slide, and what its presenter reads."""

    title: str
    subtitle: str
    kicker: str
    counted: str
    notes: str


@dataclass(frozen=True)
class Room:
    """What a layout gives the words of one placeholder: inches, and the size of letters."""

    wide: float
    high: float
    size: int

    def lines(self, size: int) -> int:
        """Return how many lines of a size there are."""
        return int(self.high * POINTS / (size * LEADING))


class Deck:
    """Slides of one survey, in the order in which they are added."""

    def __init__(self, facts: Facts, letterhead: Letterhead, title: str) -> None:
        self._show = Presentation(str(MASTER))
        self._letterhead = letterhead
        closed = _(" · closed {closed}", closed=language.day(facts.closed)) if facts.closed else ""
        self._footer = plain(f"{facts.client} · {facts.title}{closed}")
        self._properties(facts, plain(title))

    def add(self, layout: str, head: Head) -> Any:
        """Add a slide from a layout, with head, foot and speaker notes."""
        slide = self._show.slides.add_slide(self._show.slide_layouts.get_by_name(layout))
        self._title(slide, plain(head.title), SIZES.get(layout, SIZES[""]))
        write_line(slide, KICKER, head.kicker)
        write_line(slide, SUBTITLE, head.subtitle, most=1 + (layout == "Finding"))
        write_line(slide, COUNTED, head.counted)
        write_line(slide, CONSULTANT, self._letterhead.consultant)
        self._copy_footers(slide)
        self._logo(slide)
        slide.notes_slide.notes_text_frame.text = "\n".join(
            plain(one) for one in head.notes.split("\n")
        )
        return slide

    def file(self) -> bytes:
        """Return the presentation as a file; the same deck is always the same bytes."""
        for slide in self._show.slides:
            _drop_empty(slide)
        raw, sealed = BytesIO(), BytesIO()
        self._show.save(raw)
        with ZipFile(raw) as made, ZipFile(sealed, "w", ZIP_DEFLATED) as package:
            for name in sorted(made.namelist(), key=lambda name: (name[0] != "[", name)):
                info = ZipInfo(name, DAY_ONE)
                info.compress_type = ZIP_DEFLATED
                package.writestr(info, made.read(name))
        return sealed.getvalue()

    def _properties(self, facts: Facts, title: str) -> None:
        """Say what it is and when the survey was closed; the day of making stands nowhere."""
        when = datetime.combine(facts.closed or facts.opened or date(2000, 1, 1), time())
        about = self._show.core_properties
        about.title = title[:255]
        about.subject = self._footer[:255]
        about.author = plain(self._letterhead.consultant)[:255]
        about.last_modified_by = about.author
        about.language = "en-GB"
        about.created = about.modified = when
        about.revision = 1

    @staticmethod
    def _title(slide: Any, title: str, sizes: Sequence[int]) -> None:
        room, frame = _room(slide, TITLE), slide.shapes.title.text_frame
        size = size_for(title, room.wide, room.high, sizes)
        frame.text = shortened(title, room.wide, size, room.lines(size), bold=True)
        frame.paragraphs[0].runs[0].font.size = Pt(size)

    def _copy_footers(self, slide: Any) -> None:
        """Copy footer and page number, which a new slide does not take over by itself."""
        for place in slide.slide_layout.placeholders:
            if place.placeholder_format.idx in (FOOTER, PAGE):
                slide.shapes._spTree.append(deepcopy(place._element))
        # A copy keeps its number; two shapes of one slide must not share one.
        for number, shape in enumerate(slide.shapes, start=2):
            shape._element.xpath(".//p:cNvPr")[0].set("id", str(number))
        write_line(slide, FOOTER, self._footer)

    def _logo(self, slide: Any) -> None:
        """Put the client's logo into the upper right corner, no larger than there is room."""
        if not self._letterhead.logo:
            return
        image = slide.shapes.add_picture(BytesIO(self._letterhead.logo), 0, 0)
        room = Inches(1.5), Inches(0.36)
        scale = min(room[0] / image.width, room[1] / image.height)
        image.width, image.height = (
            Emu(round(image.width * scale)),
            Emu(round(image.height * scale)),
        )
        image.left, image.top = Inches(12.73) - image.width, Inches(0.19)
        describe(image, _("The client’s logo"), _("Logo"))


def place(slide: Any, index: int) -> Any:
    """Return a placeholder of a slide by its number."""
    return next(p for p in slide.placeholders if p.placeholder_format.idx == index)


def write_line(slide: Any, index: int, text: str, most: int = 1) -> None:
    """Write words into a placeholder, cut where they do not fit."""
    room = _room(slide, index)
    words = shortened(plain(text), room.wide, room.size, most)
    place(slide, index).text_frame.text = words


def write_note(slide: Any, text: str) -> None:
    """Write the note of a chart or table, smaller where it is long; only a very long one is cut."""
    room, words = _room(slide, NOTE), plain(text)
    fitting = (s for s in NOTE_SIZES if height([words], room.wide, s) <= room.high)
    size = next(fitting, NOTE_SIZES[-1])
    frame = place(slide, NOTE).text_frame
    frame.text = shortened(words, room.wide, size, room.lines(size))
    frame.paragraphs[0].font.size = Pt(size)


def write(slide: Any, index: int, paragraphs: Sequence[Said], least: int = 10) -> None:
    """Write paragraphs into a placeholder, all smaller where they would not fit."""
    room, frame = _room(slide, index), place(slide, index).text_frame
    shown, usual, less = [p for p in paragraphs if p.words], room.size, 0
    while _takes(shown, usual - less, usual, room.wide) > room.high and usual - less > least:
        less += 1
    for at, said in enumerate(shown):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = plain(said.words)
        run.font.size = Pt(max((said.size or usual) - less, least))
        run.font.bold = said.bold
        if said.rust:
            run.font.color.rgb = colour(RUST)


def _takes(paragraphs: Sequence[Said], size: int, usual: int, wide: float) -> float:
    less = usual - size
    return sum(height([p.words], wide, (p.size or usual) - less, 6) for p in paragraphs)


def describe(shape: Any, text: str, name: str) -> None:
    """Give a graphic its alternative text and a name for the list of objects."""
    about = shape._element.xpath(".//p:cNvPr")[0]
    about.set("descr", plain(text))
    about.set("name", plain(name))


def colour(code: str) -> RGBColor:
    """Return a colour of the charts as a colour of slides."""
    plain_code = code.lstrip("#")
    return RGBColor(*(int(plain_code[at : at + 2], 16) for at in (0, 2, 4)))


def _room(slide: Any, index: int) -> Room:
    return _rooms()[slide.slide_layout.name, index]


@cache
def _rooms() -> dict[tuple[str, int], Room]:
    """Return the room of every placeholder of every layout; a slide would look it up each time."""
    master: Any = Presentation(str(MASTER))
    return {
        (layout.name, place.placeholder_format.idx): Room(
            place.width / Inches(1), place.height / Inches(1), _size(place)
        )
        for layout in master.slide_layouts
        for place in layout.placeholders
    }


def _size(place: Any) -> int:
    found = place._element.xpath(".//a:lstStyle/a:lvl1pPr/a:defRPr/@sz")
    return int(found[0]) // 100 if found else 14


def _drop_empty(slide: Any) -> None:
    """Take away placeholders without words: they would ask for some while a slide is edited."""
    for shape in list(slide.placeholders):
        if (
            shape.has_text_frame
            and not shape.text_frame.text
            and not shape._element.xpath(".//a:fld")
        ) or (not shape.has_text_frame and not shape._element.xpath("self::p:graphicFrame")):
            shape._element.getparent().remove(shape._element)
