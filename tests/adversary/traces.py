"""Searching files for what must not be in them: a text in every form a program may give it.

Here belong forms and searching. Which files, and what must be missing, is asserted by the tests.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import numpy as np
import numpy.typing as npt

START = 3
BLOCK = 2**20
PIECE = 16
OFFSETS = (0, 7, 32, 1000, 4096, 8192 - PIECE)
"""Where pieces of a box are taken from: SQLite splits it over pages, PostgreSQL over rows."""


def forms_of_text(text: str) -> dict[str, bytes]:
    """Return the ways in which a text may have been written down somewhere."""
    raw = text.encode()
    escaped = json.dumps(text)[1:-1]
    forms = {
        "plain": raw,
        "UTF-16 LE": text.encode("utf-16-le"),
        "UTF-16 BE": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "in a form": quote_plus(text).encode(),
        "in an address": quote(text).encode(),
        "in JSON": escaped.encode(),
        "in Latin-1": text.encode("latin-1", "replace"),
    }
    return forms | {f"base64, shifted by {n}": _base64_inside(raw, n) for n in range(3)}


def _base64_inside(raw: bytes, shift: int) -> bytes:
    """Return what is the same of a text's base64 wherever it stands in a longer one."""
    start = -shift % 3
    whole = raw[start : start + (len(raw) - start) // 3 * 3]
    return b64encode(whole)


def forms_of_answers(answers: Mapping[str, int], columns: Iterable[str]) -> dict[str, bytes]:
    """Return the ways in which a whole vector of answers may have been written down."""
    values = [answers[column] for column in columns]
    form = "&".join(f"{column}={answers[column]}" for column in columns)
    return {
        "bytes": bytes(values),
        "hex": bytes(values).hex().encode(),
        "base64": _base64_inside(bytes(values), 0),
        "digits": "".join(map(str, values)).encode(),
        "list": ", ".join(map(str, values)).encode(),
        "row": ",".join(map(str, values)).encode(),
        "form": form.encode(),
        "JSON": json.dumps(dict(answers))[1:-1].encode(),
        "Python": repr(dict(answers))[1:-1].encode(),
    }


def forms_of_code(code: str) -> dict[str, bytes]:
    """Return the ways in which a printed code may have been written down."""
    plain = code.replace("-", "")
    forms = {}
    for name, text in (("printed", code), ("plain", plain)):
        for form, raw in forms_of_text(text).items():
            forms[f"{name}, {form}"] = raw
        forms[f"{name}, lower case"] = text.lower().encode()
    return forms


def forms_of_bytes(name: str, value: bytes) -> dict[str, bytes]:
    """Return the ways in which a key or a hash may have been written down."""
    return {
        name: value,
        f"{name}, hex": value.hex().encode(),
        f"{name}, HEX": value.hex().upper().encode(),
        f"{name}, base64": b64encode(value).rstrip(b"="),
    }


def pieces_of_box(sealed: bytes) -> dict[str, bytes]:
    """Return runs of a sealed box from its beginning, its inside and its end."""
    return {f"box from byte {at}": sealed[at : at + PIECE] for at in OFFSETS}


def found_in(files: Iterable[Path], needles: Mapping[str, bytes]) -> list[str]:
    """Return which needle was found in which file: the sentence a failing test shows.

    A database has tens of megabytes and there are hundreds of needles, so the bytes are first
    sifted for those with which any needle begins.
    """
    by_start: dict[bytes, list[str]] = {}
    for what, needle in needles.items():
        by_start.setdefault(needle[:START], []).append(what)
    begins = np.zeros(2 ** (8 * START), dtype=np.bool_)
    begins[[int.from_bytes(start, "big") for start in by_start]] = True
    return [
        f"{what} in {path}"
        for path in files
        for what in _found(_read(path), needles, by_start, begins)
    ]


def _read(path: Path) -> bytes:
    """Return what a file holds; a running PostgreSQL may have removed it since it was listed."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _found(
    raw: bytes,
    needles: Mapping[str, bytes],
    by_start: Mapping[bytes, list[str]],
    begins: npt.NDArray[np.bool_],
) -> list[str]:
    found: dict[str, None] = {}
    for block in range(0, len(raw), BLOCK):
        read = np.frombuffer(raw[block : block + BLOCK + START - 1], dtype=np.uint8)
        if len(read) < START or not read.any():
            continue
        wide = read.astype(np.uint32)
        starts = np.flatnonzero(begins[wide[:-2] << 16 | wide[1:-1] << 8 | wide[2:]])
        for at in (starts + block).tolist():
            for what in by_start[raw[at : at + START]]:
                if raw.startswith(needles[what], at):
                    found[what] = None
    return list(found)


def named(prefix: str, needles: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}: {what}": needle for what, needle in needles.items()}


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
