"""The files of the site's look: style sheets, scripts, fonts, each under an address of its content.

They are read once when the app is made; an address holds a hash over all of them
(`/static/<hash>/app.css`), so that a browser may keep a file for ever, a style sheet can name its
font by a relative address, and an upgrade reaches everyone. How they are served stands in
`survey.web.assets`.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

KEPT = ".css", ".js", ".woff2", ".svg", ".txt"
PACKED = ".css", ".js", ".svg", ".txt"
VENDOR = "vendor"
SPARE = {
    ".js": re.compile(rb"()^ *//.*\n|()^ +", re.M),
    ".css": re.compile(rb'("[^"]*")|/\*.*?\*/|\s*([{};])\s*|([:,])\s+', re.S),
}
"""What our files hold for those who work on them, and a browser can do without: comments, and the
space around signs. What is kept of it stands in the groups.
"""
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    """One file, as it is and packed."""

    name: str
    body: bytes

    @property
    def mimetype(self) -> str:
        """What kind of file it is, as browsers are told."""
        suffix = Path(self.name).suffix
        return TYPES.get(suffix) or mimetypes.guess_type(self.name)[0] or "text/plain"

    @cached_property
    def packed(self) -> bytes | None:
        """The file in gzip, made at first use; None where packing gains nothing (fonts)."""
        if not self.name.endswith(PACKED):
            return None
        return gzip.compress(self.body, compresslevel=9, mtime=0)


@dataclass(frozen=True)
class Assets:
    """All files by name (`fonts/source-sans-3.woff2`), and the hash in their addresses."""

    files: Mapping[str, Asset]
    build: str

    def address(self, name: str) -> str:
        """Return the address of a file; a name that does not exist is a programming error."""
        return f"/static/{self.build}/{self.files[name].name}"


def load(folder: Path) -> Assets:
    """Read every file of the look under a folder."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix in KEPT)
    files = {name: Asset(name, _body(p)) for p in paths if (name := _name(folder, p))}
    digest = hashlib.sha256()
    for name, asset in files.items():
        digest.update(f"{name}\0{len(asset.body)}\0".encode() + asset.body)
    return Assets(files, digest.hexdigest()[:12])


def _body(path: Path) -> bytes:
    """Return a file as it travels: ours without their comments, which are for who works on them."""
    body = path.read_bytes()
    spare = SPARE.get(path.suffix)
    if not spare or path.parent.name == VENDOR:
        return body
    return spare.sub(lambda found: b"".join(kept or b"" for kept in found.groups()), body)


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
