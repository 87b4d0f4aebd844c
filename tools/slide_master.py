"""Write survey/exports/master.pptx: the empty presentation that every deck starts from.

Here stand colours, letters, layouts and footers of our slides, and nothing else; a deck only fills
them. A change here and a run is all it takes; a test builds it again and compares:

    .venv/bin/python -m tools.slide_master

Letters are Arial: a presentation cannot name a second choice, and this one, or one of the very same
widths, is on every machine. Colours are those of the charts.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from survey.charts.style import GREY, INK, INK_2, LOOKS, PAPER, RULE, RUST, TEAL

MASTER = Path(__file__).resolve().parents[1] / "survey" / "exports" / "master.pptx"
LETTERS = "Arial"
INCH = 914400
WIDTH, HEIGHT = 12192000, 6858000
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument"
Box = tuple[float, float, float, float]
"""Left, top, width and height in inches."""
HEAD_BAND: Box = (0, 0, WIDTH / INCH, 0.1)
COLUMN_BANDS = ("accent1", "accent2", "accent3")


@dataclass(frozen=True)
class Place:
    """A placeholder: its number, its kind, where it stands and how its words look."""

    index: int
    name: str
    box: Box
    size: int = 14
    kind: str = "body"
    color: str = "tx1"
    bold: bool = False
    side: str = "l"
    anchor: str = "t"
    space: int = 6


TITLE = Place(0, "Title", (0.6, 0.58, 12.13, 0.92), 26, "title", bold=True, anchor="b", space=0)
BIG_TITLE = Place(0, "Title", (0.6, 0.9, 12.13, 1.7), 36, "title", bold=True, anchor="b", space=0)
KICKER = Place(11, "Group", (0.6, 0.26, 10.4, 0.32), 12, color="accent1", bold=True, anchor="ctr")
SUBTITLE = Place(10, "Subtitle", (0.6, 1.52, 12.13, 0.4), 15, color="tx2")
BIG_SUBTITLE = Place(10, "Subtitle", (0.6, 2.66, 12.13, 0.66), 18, color="tx2")
NOTE = Place(14, "Note", (0.6, 6.26, 12.13, 0.6), 11, color="tx2", anchor="b", space=0)
FOOTERS = (
    Place(20, "Footer", (0.6, 7.0, 5.9, 0.3), 10, "ftr", "tx2", anchor="ctr", space=0),
    Place(23, "Counted", (6.6, 7.0, 2.7, 0.3), 10, color="tx2", anchor="ctr", space=0),
    Place(24, "Consultant", (9.4, 7.0, 2.6, 0.3), 10, color="tx2", side="r", anchor="ctr", space=0),
    Place(22, "Page", (12.1, 7.0, 0.63, 0.3), 10, "sldNum", "tx2", side="r", anchor="ctr", space=0),
)
LAYOUTS: dict[str, tuple[Place, ...]] = {
    "Finding": (
        BIG_TITLE,
        KICKER,
        BIG_SUBTITLE,
        Place(12, "What it turns on", (0.6, 3.4, 7.0, 3.4), 18),
        Place(13, "How sure", (8.1, 3.4, 4.63, 3.4), 15, color="tx2"),
    ),
    "Columns": (
        TITLE,
        KICKER,
        SUBTITLE,
        Place(12, "First", (0.6, 2.3, 3.75, 4.5), 18),
        Place(13, "Second", (4.79, 2.3, 3.75, 4.5), 18),
        Place(15, "Third", (8.98, 2.3, 3.75, 4.5), 18),
    ),
    "Chart": (
        TITLE,
        KICKER,
        SUBTITLE,
        Place(16, "Chart", (0.6, 2.0, 7.4, 4.2), kind="chart"),
        Place(17, "Numbers", (8.1, 2.0, 4.63, 4.2), kind="tbl"),
        NOTE,
    ),
    "Table": (
        TITLE,
        KICKER,
        SUBTITLE,
        Place(17, "Table", (0.6, 2.0, 12.13, 4.2), kind="tbl"),
        NOTE,
    ),
    "Closing": (
        TITLE,
        KICKER,
        SUBTITLE,
        Place(12, "Left", (0.6, 2.05, 5.9, 4.8), 14),
        Place(13, "Right", (6.83, 2.05, 5.9, 4.8), 14),
    ),
}


def main() -> None:
    """Write the file anew."""
    with ZipFile(MASTER, "w", ZIP_DEFLATED) as package:
        for name, text in parts().items():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            package.writestr(info, text)


def parts() -> dict[str, str]:
    """Return every part of the file by its name."""
    names = list(LAYOUTS)
    layouts = [f"ppt/slideLayouts/slideLayout{at}.xml" for at in range(1, len(names) + 1)]
    made = {
        "[Content_Types].xml": _types(layouts),
        "_rels/.rels": _relations(
            ("officeDocument", "ppt/presentation.xml"),
            ("extended-properties", "docProps/app.xml"),
            ("core", "docProps/core.xml"),
        ),
        "docProps/app.xml": _app(),
        "docProps/core.xml": _core(),
        "ppt/presentation.xml": _presentation(),
        "ppt/_rels/presentation.xml.rels": _relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            ("theme", "theme/theme1.xml"),
            ("presProps", "presProps.xml"),
            ("viewProps", "viewProps.xml"),
            ("tableStyles", "tableStyles.xml"),
        ),
        "ppt/presProps.xml": f"{HEAD}<p:presentationPr {SPACES}/>",
        "ppt/viewProps.xml": f"{HEAD}<p:viewPr {SPACES}/>",
        "ppt/tableStyles.xml": (
            f'{HEAD}<a:tblStyleLst {SPACES} def="{{2D5ABB26-0587-4C30-8999-92F81FD0307C}}"/>'
        ),
        "ppt/theme/theme1.xml": _theme(),
        "ppt/slideMasters/slideMaster1.xml": _master(len(names)),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            *(("slideLayout", f"../slideLayouts/{Path(name).name}") for name in layouts),
            ("theme", "../theme/theme1.xml"),
        ),
    }
    for part, name in zip(layouts, names, strict=True):
        made[part] = _layout(name, LAYOUTS[name])
        made[f"ppt/slideLayouts/_rels/{Path(part).name}.rels"] = _relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml")
        )
    return made


def _types(layouts: list[str]) -> str:
    kinds = {
        "ppt/presentation.xml": "presentationml.presentation.main",
        "ppt/presProps.xml": "presentationml.presProps",
        "ppt/viewProps.xml": "presentationml.viewProps",
        "ppt/tableStyles.xml": "presentationml.tableStyles",
        "ppt/theme/theme1.xml": "theme",
        "ppt/slideMasters/slideMaster1.xml": "presentationml.slideMaster",
        "docProps/app.xml": "extended-properties",
        **dict.fromkeys(layouts, "presentationml.slideLayout"),
    }
    told = "".join(
        f'<Override PartName="/{name}" ContentType="{KIND}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{told}'
        f'<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    core = f"{PACKAGE}/relationships/metadata/core-properties"
    told = "".join(
        f'<Relationship Id="rId{at}" Type="{core if kind == "core" else f"{OFFICE}/{kind}"}" '
        f'Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def _app() -> str:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'{HEAD}<Properties xmlns="{space}"><Application>Headwind</Application></Properties>'


def _core() -> str:
    spaces = (
        f'xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    return f"{HEAD}<cp:coreProperties {spaces}><dc:title>Headwind</dc:title></cp:coreProperties>"


def _presentation() -> str:
    return (
        f"{HEAD}<p:presentation {SPACES}>"
        '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldSz cx="{WIDTH}" cy="{HEIGHT}"/><p:notesSz cx="{HEIGHT}" cy="{WIDTH}"/>'
        "</p:presentation>"
    )


def _theme() -> str:
    colours = {
        "dk1": INK,
        "lt1": PAPER,
        "dk2": INK_2,
        "lt2": LOOKS["unclear"].fill,
        "accent1": TEAL,
        "accent2": RUST,
        "accent3": GREY,
        "accent4": LOOKS["strong"].fill,
        "accent5": LOOKS["sound"].fill,
        "accent6": LOOKS["weak"].fill,
        "hlink": TEAL,
        "folHlink": GREY,
    }
    told = "".join(
        f'<a:{name}><a:srgbClr val="{code.lstrip("#")}"/></a:{name}>'
        for name, code in colours.items()
    )
    letters = f'<a:latin typeface="{LETTERS}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{HEAD}<a:theme {SPACES} name="Headwind"><a:themeElements>'
        f'<a:clrScheme name="Headwind">{told}</a:clrScheme><a:fontScheme name="Headwind">'
        f"<a:majorFont>{letters}</a:majorFont><a:minorFont>{letters}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Headwind"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _master(layouts: int) -> str:
    first = 2147483649
    listed = "".join(
        f'<p:sldLayoutId id="{first + at}" r:id="rId{at + 1}"/>' for at in range(layouts)
    )
    body = Place(1, "Text", (0.6, 2.05, 12.13, 4.6))
    # A master may hold one placeholder of each kind; the other footers stand on the layouts.
    places = (TITLE, body, *(place for place in FOOTERS if place.kind != "body"))
    shapes = "".join(_shape(at, place) for at, place in enumerate(places, start=4))
    colours = (
        'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
        'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" '
        'hlink="hlink" folHlink="folHlink"'
    )
    band = _band(2, HEAD_BAND, "accent1")
    return (
        f'{HEAD}<p:sldMaster {SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/>'
        "</a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>"
        f"{_group()}{band}{_rule()}{shapes}</p:spTree></p:cSld><p:clrMap {colours}/>"
        f"<p:sldLayoutIdLst>{listed}</p:sldLayoutIdLst><p:txStyles>"
        f"<p:titleStyle>{_level(26, 'mj', bold=True)}</p:titleStyle>"
        f"<p:bodyStyle>{_level(14, 'mn')}</p:bodyStyle><p:otherStyle>{_level(12, 'mn')}"
        "</p:otherStyle></p:txStyles></p:sldMaster>"
    )


def _level(size: int, letters: str, bold: bool = False) -> str:
    return (
        '<a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
        f'<a:defRPr lang="en-GB" sz="{size * 100}" b="{int(bold)}"><a:solidFill>'
        f'<a:schemeClr val="tx1"/></a:solidFill><a:latin typeface="+{letters}-lt"/></a:defRPr>'
        "</a:lvl1pPr>"
    )


def _layout(name: str, places: tuple[Place, ...]) -> str:
    shapes = "".join(_shape(at, place) for at, place in enumerate((*places, *FOOTERS), start=2))
    if name == "Columns":
        shapes += "".join(
            _band(40 + at, (place.box[0], 2.12, place.box[2], 0.05), color)
            for at, (place, color) in enumerate(zip(places[3:], COLUMN_BANDS, strict=True))
        )
    return (
        f'{HEAD}<p:sldLayout {SPACES} preserve="1" userDrawn="1"><p:cSld name="{name}"><p:spTree>'
        f"{_group()}{shapes}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
        "</p:sldLayout>"
    )


def _group() -> str:
    return (
        '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/>'
        '<a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
    )


def _band(number: int, box: Box, color: str) -> str:
    """Return a band of one colour."""
    left, top, wide, high = (round(value * INCH) for value in box)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Band"/><p:cNvSpPr/>'
        f'<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f'<a:solidFill><a:schemeClr val="{color}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>'
        "</p:sp>"
    )


def _rule() -> str:
    """Return the line above the footers."""
    return (
        '<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="3" name="Rule"/><p:cNvCxnSpPr/>'
        '<p:nvPr userDrawn="1"/></p:nvCxnSpPr><p:spPr><a:xfrm>'
        f'<a:off x="{round(0.6 * INCH)}" y="{round(6.94 * INCH)}"/>'
        f'<a:ext cx="{round(12.13 * INCH)}" cy="0"/></a:xfrm><a:prstGeom prst="line"><a:avLst/>'
        f'</a:prstGeom><a:ln w="9525"><a:solidFill><a:srgbClr val="{RULE.lstrip("#")}"/>'
        "</a:solidFill></a:ln></p:spPr></p:cxnSp>"
    )


def _shape(number: int, place: Place) -> str:
    left, top, wide, high = (round(value * INCH) for value in place.box)
    # A title has no number; the others are found by theirs.
    which = "" if place.kind == "title" else f' idx="{place.index}"'
    small = ' sz="quarter"' if place.kind in {"ftr", "sldNum"} else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{place.name}"/><p:cNvSpPr>'
        f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{place.kind}"{small}{which}/>'
        f'</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f"</p:spPr>{_words(place)}</p:sp>"
    )


def _words(place: Place) -> str:
    fill = f'<a:solidFill><a:schemeClr val="{place.color}"/></a:solidFill>'
    letters = f'<a:latin typeface="+{"mj" if place.kind == "title" else "mn"}-lt"/>'
    shown = place.name
    if place.kind == "sldNum":
        shown = ""
    run = f'<a:r><a:rPr lang="en-GB"/><a:t>{shown}</a:t></a:r>'
    if not shown:
        run = '<a:fld id="{5B7E0F5A-0F5B-4E0B-9A39-6B7A0D7D6C11}" type="slidenum">'
        run += '<a:rPr lang="en-GB"/><a:t>1</a:t></a:fld>'
    return (
        '<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" wrap="square" '
        f'anchor="{place.anchor}"><a:normAutofit/></a:bodyPr><a:lstStyle>'
        f'<a:lvl1pPr marL="0" indent="0" algn="{place.side}"><a:spcBef><a:spcPts val="0"/>'
        f'</a:spcBef><a:spcAft><a:spcPts val="{place.space * 100}"/></a:spcAft><a:buNone/>'
        f'<a:defRPr sz="{place.size * 100}" b="{int(place.bold)}">{fill}{letters}</a:defRPr>'
        "</a:lvl1pPr>"
        f"</a:lstStyle><a:p>{run}</a:p></p:txBody>"
    )


if __name__ == "__main__":
    main()
