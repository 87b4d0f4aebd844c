"""Reading the text of a PDF that Chromium printed: as much of the format as it takes, and no more.

Its objects stand one after the other, its letters are numbers of a font's drawings, and each font
says which letters these are.
"""

import re
import zlib
from collections.abc import Iterator, Mapping

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.S)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
LETTERS = re.compile(rb"/ToUnicode (\d+) 0 R")
PAIRS = re.compile(r"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>(?: <([0-9a-fA-F]+)>)?")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|(?:<([0-9a-fA-F]+)>|\[(.*?)\]) *TJ?j?|(ET)", re.S)
HEX = re.compile(rb"<([0-9a-fA-F]+)>")

Letters = Mapping[int, str]


def text_of_pdf(pdf: bytes) -> str:
    """Return the text on all pages, each piece on a line of its own."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    names = {name: int(number) for body in objects.values() for name, number in FONT.findall(body)}
    fonts = {name: _letters(objects, objects.get(number, b"")) for name, number in names.items()}
    streams = (_inflated(body) for body in objects.values())
    return "\n".join("".join(_shown(stream, fonts)) for stream in streams if b" Tf" in stream)


def _inflated(body: bytes) -> bytes:
    stream = STREAM.search(body)
    if stream is None:
        return b""
    return zlib.decompress(stream[1]) if b"/FlateDecode" in body else stream[1]


def _letters(objects: Mapping[int, bytes], font: bytes) -> Letters:
    told = LETTERS.search(font)
    if told is None:
        return {}
    found: dict[int, str] = {}
    table = _inflated(objects[int(told[1])]).decode("latin-1")
    for part in re.findall(r"beginbf(char|range)(.*?)endbf", table, re.S):
        for first, last, start in PAIRS.findall(part[1]):
            if part[0] == "char":
                found[int(first, 16)] = _decoded(last)
                continue
            for at in range(int(first, 16), int(last, 16) + 1):
                found[at] = chr(int(start, 16) + at - int(first, 16))
    return found


def _decoded(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be")


def _shown(stream: bytes, fonts: Mapping[bytes, Letters]) -> Iterator[str]:
    letters: Letters = {}
    for font, single, several, end in SHOWN.findall(stream):
        if font:
            letters = fonts.get(font, {})
        elif end:
            yield "\n"
        for glyphs in HEX.findall(several) if several else filter(None, [single]):
            codes = (int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4))
            yield "".join(letters.get(code, "\ufffd") for code in codes)
