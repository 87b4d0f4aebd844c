"""Plotly's SVG as a part of a page whose policy allows no style attribute and no script.

Here belongs what of it stays: elements and attributes on a list and nothing else, each style as
the attribute of the same name, colours by their codes (a dark page swaps them by rules on these),
numbers to the hundredth of a pixel, ids that are a page's own. What is not seen is left out, and
groups that hold one text, or are cut off like the group before, are written as one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree as ET

from markupsafe import Markup

ELEMENTS = {"svg", "g", "defs", "clipPath", "pattern", "rect", "path", "text", "tspan"}
PLACES = {
    "id", "d", "x", "y", "dx", "dy", "width", "height", "transform", "viewBox", "clip-path",
    "patternUnits", "patternTransform", "fill-rule", "shape-rendering",
}  # fmt: skip
"""Attributes that say where and how large something is, and what is cut off."""
LOOKS = {
    "fill": "",
    "fill-opacity": "1",
    "stroke": "none",
    "stroke-opacity": "1",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-miterlimit": "4",
    "opacity": "1",
    "font-size": "",
    "font-weight": "400",
    "text-anchor": "start",
    "clip-path": "none",
}
"""Styles that stay, as attributes, each with what holds where it is not told. The family of a font
is the page's."""
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"rect", "path"}
STARTS = {"x": "0", "y": "0"}
"""Where shapes and texts begin that do not tell it; a line of a text follows the line before."""
TURNED = re.compile(r"rotate\(0,[^)]*\)")
MOVED = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
NUMBER = re.compile(r"-?\d*\.\d+(?:e[-+]?\d+)?")
PIXELS = re.compile(r"(?<=[\d.])px\b")
RGB = re.compile(r"rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)")
TARGET = re.compile(r"url\(['\"]?#([^'\")]+)['\"]?\)")
HUSHED = 'aria-hidden="true"'
DECLARATION = re.compile(r";(?![^()]*\))")

Attributes = dict[str, str]


class NotAPicture(ValueError):
    """What was drawn holds something that no figure of ours has."""


def inlined(svg: str, key: str) -> str:
    """Return a drawn figure as an element of a page.

    Parameters
    ----------
    svg : what Plotly drew
    key : unique on a page; every id begins with it

    Raises
    ------
    NotAPicture
    """
    if "<!" in svg:
        raise NotAPicture("a doctype or a comment")
    root = _parsed(svg)
    used = {name for element in root.iter() for name in TARGET.findall(_values(element))}
    ids = {name: f"{key}-{at}" for at, name in enumerate(sorted(used), start=1)}
    picture = Part("svg", {"viewBox": root.attrib["viewBox"], "aria-hidden": "true"})
    picture.inside = _together(_inside(root, ids))
    return str(picture)


def _parsed(svg: str) -> ET.Element:
    try:
        return ET.fromstring(svg)  # noqa: S314 -- our own browser made it of our own figures
    except ET.ParseError as fault:
        raise NotAPicture("no XML") from fault


def labelled(picture: str, alt: str) -> Markup:
    """Return a picture that is read aloud as a message, for a document that has nothing around it.

    On a page the element around it says the message, and the picture is hidden from the ear.
    """
    told = f'role="img" aria-label="{escape(alt)}"'
    return Markup(str.replace(picture, HUSHED, told, 1))  # noqa: S704 -- our own picture, alt escaped


def _values(element: ET.Element) -> str:
    return " ".join(element.attrib.values())


@dataclass
class Part:
    """An element as it is written."""

    name: str
    attributes: Attributes
    inside: "list[Part | str]" = field(default_factory=list)

    def __str__(self) -> str:
        written = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        if not self.inside:
            return f"<{self.name}{written}/>"
        return f"<{self.name}{written}>{''.join(map(str, self.inside))}</{self.name}>"


def _inside(element: ET.Element, ids: Mapping[str, str], seen: bool = True) -> Iterator[Part | str]:
    """Yield what stands in an element; what is `seen` needs a look of its own to stay."""
    if element.text and element.text.strip():
        yield escape(element.text, quote=False)
    for child in element:
        yield from _kept(child, ids, seen)
        if child.tail and child.tail.strip():
            yield escape(child.tail, quote=False)


def _together(parts: Iterable[Part | str]) -> list[Part | str]:
    """Write groups that follow each other and are cut off alike as one."""
    found: list[Part | str] = []
    for part in parts:
        last = found[-1] if found else ""
        if (
            isinstance(part, Part)
            and isinstance(last, Part)
            and part.name == last.name == "g"
            and part.attributes == last.attributes
            and part.attributes.keys() == {"clip-path"}
        ):
            last.inside += part.inside
        else:
            found.append(part)
    return found


def _placed(group: Part) -> Part:
    """Return a group that does no more than to move one text as that text, moved."""
    moved = MOVED.fullmatch(group.attributes.get("transform", ""))
    text = group.inside[0]
    if (
        not moved
        or len(group.attributes) + len(group.inside) > 2
        or not isinstance(text, Part)
        or text.name != "text"
        or "transform" in text.attributes
        or any(isinstance(part, Part) for part in text.inside)
    ):
        return group
    for axis, by in zip("xy", moved.groups(), strict=True):
        text.attributes[axis] = f"{round(float(text.attributes.get(axis, 0)) + float(by), 2):g}"
    return text


def _cut_once(group: Part) -> None:
    """Take from parts what their group is cut off by already."""
    for part in group.inside:
        if not isinstance(part, Part) or "transform" in part.attributes:
            continue
        if part.attributes.get("clip-path") == group.attributes.get("clip-path"):
            part.attributes.pop("clip-path", None)


def _kept(element: ET.Element, ids: Mapping[str, str], seen: bool) -> Iterator[Part | str]:
    """Yield an element as it is written; nothing where it is empty, or cannot be seen."""
    name = element.tag.removeprefix(SVG)
    if name not in ELEMENTS:
        raise NotAPicture(f"an element {name}")
    if name in ("clipPath", "pattern") and element.get("id") not in ids:
        return
    attributes = _attributes(element, ids)
    if name in SHAPES and not (_drawn(name, attributes) and (not seen or _seen(attributes))):
        return
    seen = seen and name != "clipPath"
    part = Part(name, attributes, _together(_inside(element, ids, seen)))
    if name == "g" and not attributes:
        yield from part.inside
    elif name == "g" and part.inside:
        _cut_once(part)
        yield _placed(part)
    elif part.inside or name in SHAPES:
        yield part


def _attributes(element: ET.Element, ids: Mapping[str, str]) -> Attributes:
    """Return the attributes of an element that stay, in one order."""
    own = {k: v for k, v in element.attrib.items() if k in PLACES or k in LOOKS}
    told = {**own, **_styles(element)}  # a style beats the attribute of its name
    told = _colours({name: TURNED.sub("", PIXELS.sub("", value)) for name, value in told.items()})
    usual = LOOKS if element.tag == f"{SVG}tspan" else {**LOOKS, **STARTS}
    plain = {
        name: _value(value, ids)
        for name, value in told.items()
        if value and usual.get(name) != value and (name != "id" or value in ids)
    }
    return dict(sorted(plain.items()))


def _drawn(name: str, attributes: Attributes) -> bool:
    return name != "path" or "d" in attributes


def _seen(attributes: Attributes) -> bool:
    """Say whether a shape has any colour; its surroundings give it none."""
    painted = attributes.get("fill") != "none" or "stroke" in attributes
    return painted and attributes.get("opacity") != "0"


def _styles(element: ET.Element) -> Attributes:
    parts = (part.partition(":") for part in DECLARATION.split(element.get("style", "")))
    told = {name.strip(): value.strip() for name, _, value in parts}
    return {name: value for name, value in told.items() if name in LOOKS and value}


def _colours(told: Attributes) -> Attributes:
    """Write colours as codes; what is fully clear or has no width has no colour."""
    for paint in ("fill", "stroke"):
        if not (found := RGB.fullmatch(told.get(paint, ""))):
            continue
        clear = found[4] == "0" or told.get(f"{paint}-opacity") == "0"
        clear = clear or (paint == "stroke" and told.get("stroke-width") == "0")
        told[paint] = (
            "none" if clear else "#{:02X}{:02X}{:02X}".format(*map(int, found.groups()[:3]))
        )
        if clear:
            told.pop("fill-rule" if paint == "fill" else "stroke-dasharray", None)
            told.pop(f"{paint}-opacity", None)
    if told.get("stroke", "none") == "none":
        told.pop("stroke-miterlimit", None)
        told.pop("stroke-width", None)
    return told


def _value(value: str, ids: Mapping[str, str]) -> str:
    value = TARGET.sub(lambda found: f"url(#{ids[found[1]]})", value)
    return ids.get(value) or NUMBER.sub(_short, value)


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2):g}"
