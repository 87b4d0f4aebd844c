"""The private key of a survey, wrapped under its printed opening codes.

Here belong the two schemes, which codes each of them takes, and the form of the wrapped key as it
is written to a file; where that file lies is known by `survey.ballots.keys`.

    one of two    two codes; each opens by itself
    two of three  three codes; any two open, one alone opens nothing

**How.** The key is wrapped once for each set of codes that is to open it: twice under one code
(slots 0 and 1), or three times under two of them (slots 0,1 and 0,2 and 1,2). A wrap is AES-256-GCM
under a key that scrypt makes of the codes of its set and a random salt of its own. The associated
data name scheme, slots and survey, so that no wrap passes for another's.

**Why no secret sharing.** With three holders there are three pairs, so a plain list of pairs does
what Shamir's scheme does, with parts that everybody knows and no arithmetic of our own. Of a pair
the codes are written one after the other, each with its length before it, in alphabetical order:
no two pairs give the same text, and it does not matter who types first. Whoever holds one code and
the file must guess the other, 115 random bits, against scrypt; and one code gives no hold on any
wrap, because no key is made of one code alone. All three wraps are tried whenever two codes fail,
and a pair with one right code fails as a pair with none: nobody learns which of two was wrong.

**Cost.** scrypt is not what keeps a code from being guessed; it makes even a code of which most
characters were seen over a shoulder expensive. n = 2^15, r = 8 takes 32 MiB and about a tenth of a
second, two times for a wrong code of the first scheme, three times for a wrong pair.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, Self, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from survey.ballots.codes import WrongOpeningCode, read_opening_code
from survey.language import gettext as _

Scheme = Literal["one of two", "two of three"]
SCHEMES: tuple[Scheme, ...] = ("one of two", "two of three")
CODES: Mapping[Scheme, int] = {"one of two": 2, "two of three": 3}
"""How many codes there are."""
NEEDED: Mapping[Scheme, int] = {"one of two": 1, "two of three": 2}
"""How many of them open."""
_VERSIONS: Mapping[Scheme, int] = {"one of two": 1, "two of three": 2}
"""What a file says of its form, so that a program that knows only the first refuses the second."""

LARGEST_N = 2**17
"""128 MiB for a try. A file that asks for more was not written by this program."""
_SIZES = {"salt": 16, "nonce": 12, "sealed": 32 + 16}


class TwoCodesNeeded(WrongOpeningCode):
    """It takes two different codes of the three to open this survey; one alone opens nothing.
    Nothing was changed. Ask somebody else who holds one, and type both.
    """


class OneCodeNeeded(WrongOpeningCode):
    """One code is enough to open this survey. Nothing was changed. Type one of the two alone."""


class WrongPair(WrongOpeningCode):
    """These two codes do not open this survey together. Nothing was changed. Please compare both
    with the printed sheet: each has four groups of six letters and digits.
    """


class Unreadable(ValueError):
    """A text is no wrapped key of a survey; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Wrap:
    """The private key, sealed under one set of codes."""

    salt: bytes
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True)
class WrappedKey:
    """The private key of a survey, in one wrap for each set of codes that opens it."""

    survey: str
    scheme: Scheme
    scrypt_n: int
    wraps: tuple[Wrap, ...]

    @classmethod
    def make(
        cls, private: bytes, codes: Sequence[str], survey: str, scheme: Scheme, scrypt_n: int
    ) -> Self:
        """Wrap a private key under the codes of a scheme, as many as `CODES` says."""
        plain = [read_opening_code(code) for code in codes]
        wraps = []
        for slots in _sets(scheme):
            salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
            key = _stretch([plain[slot] for slot in slots], salt, scrypt_n)
            sealed = AESGCM(key).encrypt(nonce, private, _bound_to(survey, scheme, slots))
            wraps.append(Wrap(salt, nonce, sealed))
        return cls(survey, scheme, scrypt_n, tuple(wraps))

    def open(self, typed: Sequence[str]) -> bytes:
        """Return the private key; `WrongOpeningCode`, or one of its kinds, where these do not."""
        codes = read_codes(typed, self.scheme)
        for slots, wrap in zip(_sets(self.scheme), self.wraps, strict=True):
            key = _stretch(codes, wrap.salt, self.scrypt_n)
            bound_to = _bound_to(self.survey, self.scheme, slots)
            try:
                return AESGCM(key).decrypt(wrap.nonce, wrap.sealed, bound_to)
            except InvalidTag:
                continue
        raise WrongOpeningCode if NEEDED[self.scheme] == 1 else WrongPair

    def to_json(self) -> bytes:
        """Return the text that `read_wrapped` reads."""
        content = {
            "version": _VERSIONS[self.scheme],
            "survey": self.survey,
            "scheme": self.scheme,
            "scrypt_n": self.scrypt_n,
            "wraps": [
                {name: b64encode(getattr(wrap, name)).decode() for name in _SIZES}
                for wrap in self.wraps
            ],
        }
        return json.dumps(content, indent=1).encode()


def read_wrapped(content: bytes, survey: str) -> WrappedKey:
    """Read the wrapped key of a survey; `Unreadable` where it is none, or another survey's."""
    told = _object(content)
    scheme = told.get("scheme")
    if scheme not in SCHEMES or told.get("version") != _VERSIONS[cast(Scheme, scheme)]:
        raise Unreadable(_("it is of a kind that this program does not know"))
    if told.get("survey") != survey:
        raise Unreadable(_("it is the key of another survey"))
    n, wraps = told.get("scrypt_n"), told.get("wraps")
    if type(n) is not int or not 2 <= n <= LARGEST_N or n & (n - 1):
        raise Unreadable(_("its scrypt_n is not a power of two up to {most}", most=LARGEST_N))
    if not isinstance(wraps, list) or len(wraps) != len(_sets(scheme)):
        raise Unreadable(_("its wraps are not as many as its scheme takes"))
    return WrappedKey(survey, scheme, n, tuple(map(_wrap, wraps)))


def read_codes(typed: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """Return the plain form of the codes that were typed, as many as the scheme takes.

    Raises
    ------
    WrongOpeningCode, OneCodeNeeded, TwoCodesNeeded, WrongPair
        They are too few or too many, the same, or there is a typing mistake in them.
    """
    if isinstance(typed, str):
        raise TypeError("a list of codes, not one text")
    given = [code for code in typed if code.strip()]
    if NEEDED[scheme] == 1:
        if len(given) > 1:
            raise OneCodeNeeded
        return (read_opening_code("".join(given)),)
    if len(given) != 2:
        raise TwoCodesNeeded
    try:
        plain = {read_opening_code(code) for code in given}
    except WrongOpeningCode:
        raise WrongPair from None
    if len(plain) != 2:
        raise TwoCodesNeeded
    return tuple(plain)


def _sets(scheme: Scheme) -> list[tuple[int, ...]]:
    """Return the sets of slots whose codes open, in the order of the wraps."""
    return list(combinations(range(CODES[scheme]), NEEDED[scheme]))


def _stretch(codes: Sequence[str], salt: bytes, n: int) -> bytes:
    """Make the key of a set of plain codes; one code stands as it is, two with their lengths."""
    text = [code.encode() for code in sorted(codes)]
    if len(text) > 1:
        text = [len(code).to_bytes(2, "big") + code for code in text]
    return Scrypt(salt=salt, length=32, n=n, r=8, p=1).derive(b"".join(text))


def _bound_to(survey: str, scheme: Scheme, slots: Sequence[int]) -> bytes:
    """Return the associated data of a wrap; the first scheme keeps the words it began with."""
    if scheme == "one of two":
        return f"headwind key 1 {slots[0]} {survey}".encode()
    return f"headwind key 2 {scheme} {','.join(map(str, slots))} {survey}".encode()


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable(_("it is not the JSON text that it was")) from None
    if not isinstance(told, dict):
        raise Unreadable(_("it is not the JSON text that it was"))
    return told


def _wrap(told: object) -> Wrap:
    """Read one wrap, each part of it of its fixed size."""
    try:
        parts = {name: b64decode(cast(Any, told)[name], validate=True) for name in _SIZES}
    except (KeyError, TypeError, ValueError, IndexError):
        raise Unreadable(_("a part of it is missing or changed")) from None
    if any(len(parts[name]) != size for name, size in _SIZES.items()):
        raise Unreadable(_("a part of it is missing or changed"))
    return Wrap(**parts)
