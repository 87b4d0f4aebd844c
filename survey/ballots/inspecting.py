"""Looking for secrets where none may lie: whole codes in a text, a bare private key in a file.

For the audit. It makes and opens nothing.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey.ballots.codes import (
    CodeMistyped,
    WrongOpeningCode,
    read_opening_code,
    read_person_code,
)

KEY = 32
LONGEST = 32
"""Characters of the longest code as it is printed or escaped in an address, and some more."""
_GROUP = rb"[0-9A-Za-z]{6}"
_WITHIN = re.compile(_GROUP + b"-%s-%s" % (_GROUP, _GROUP))
_EDGES = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])"
_PRINTED = re.compile(_EDGES % (_GROUP + b"(?:-%s){2,3}" % _GROUP))
_TYPED = re.compile(_EDGES % (_GROUP + b"(?:(?:%%20|[+_. ])?%s){2,3}" % _GROUP))
_MIDDLE = re.compile(rb"-(?=%s-%s)" % (_GROUP, _GROUP))
_BETWEEN = re.compile(rb"%20|[+_. ]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")
_HEX = re.compile(rb"[0-9a-fA-F]{64}")


def codes_in(data: bytes) -> Iterator[tuple[str, bool, int]]:
    """Yield what may be a code: its plain form, whether it looks as printed, where it ends.

    The check character must fit, as it does by chance once in 32 times; so only what looks as
    printed, in groups with hyphens and with letters and digits, is a code for certain.
    """
    for shape in (_PRINTED, _TYPED):
        for match in shape.finditer(data):
            text = _BETWEEN.sub(b"-", match[0]).decode()
            if plain := _read(text):
                mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
                yield plain, shape is _PRINTED and mixed, match.end()


def codes_within(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield what may be a person's code as it is printed, whatever stands right before and after.

    The plain form, and where it ends. In a row of a database nothing parts one text from the next,
    and in an address `%23` may stand before it. Only who knows codes can tell which of them are.
    """
    for match in _MIDDLE.finditer(data):
        begin, end = match.start() - 6, match.end() + 13
        found = _WITHIN.fullmatch(data, max(begin, 0), end)
        if found and (plain := _read(found[0].decode())):
            yield plain, end


def _read(text: str) -> str | None:
    for read in (read_person_code, read_opening_code):
        try:
            return read(text)
        except (CodeMistyped, WrongOpeningCode):
            continue
    return None


def holds_private_key(content: bytes, public_key: bytes) -> bool:
    """Say whether the private half of a key stands somewhere in a file, as it is or as text."""
    return any(_public_half(part) == public_key for part in _candidates(content))


def _candidates(content: bytes) -> Iterator[bytes]:
    yield from (content[at : at + KEY] for at in range(len(content) - KEY + 1))
    yield from (bytes.fromhex(match[0].decode()) for match in _HEX.finditer(content))
    for match in _BASE64.finditer(content):
        text = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield b64decode(text + b"=")
        except Error:
            continue


def _public_half(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
