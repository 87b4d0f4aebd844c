"""The codes that people type, and what is derived from them.

Here belongs everything that starts from a printed code or from a sealed box and ends in a short
text or a hash. Which codes are valid is known by the tables (`survey.storage`), not here.

Alphabet: Crockford's base 32, which has no I, L, O and U. The last character checks the others: a
code is valid when its characters, read as a polynomial over the field of 32 elements, are zero at a
generator of that field. Its powers differ in all places up to 31, so every single wrong character
and every exchange of two characters is noticed, neighbours or not (two wrong characters: 31 of 32).
"""

import re
import secrets
from collections.abc import Collection, Iterable
from hashlib import blake2b

from survey.ballots.fingerprint import word_list
from survey.errors import UserError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 6
PERSON_LENGTH = 18
"""17 random characters (85 bits) and the check character."""
OPENING_LENGTH = 24
"""23 random characters (115 bits) and the check character."""
RECEIPT_LENGTH = 12
"""60 bits: long enough that nobody makes a second box with the same receipt on the way."""

RESULT_WORDS = 2
"""25.8 bits: keeps other teams from stumbling into a result; no secret of any one person."""

_FIELD = 0b100101
"""x^5 + x^2 + 1, primitive: x generates the field of 32 elements."""
_READ_AS = str.maketrans("OIL", "011")
_SEPARATORS = str.maketrans("", "", " \t\r\n\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014_.")


class CodeMistyped(UserError):
    """There is a typing mistake in this code. Please compare it with your card or mail:
    three groups of six letters and digits.
    """


class WrongOpeningCode(UserError):
    """The code is not an opening code of this survey. Nothing was changed. Please compare it with
    the printed sheet: four groups of six letters and digits.
    """


class OpeningCodeMistyped(WrongOpeningCode):
    """There is a typing mistake in this opening code. Nothing was changed. Please compare it with
    the printed sheet: four groups of six letters and digits.
    """


def person_code() -> str:
    """Return a new code for one person, as it is printed: `K7M2QX-...`."""
    return _grouped(_random(PERSON_LENGTH))


def opening_code() -> str:
    """Return a new opening code, as it is printed."""
    return _grouped(_random(OPENING_LENGTH))


def read_person_code(typed: str) -> str:
    """Return the plain form of a code as somebody typed it; `CodeMistyped` where that fails."""
    plain = _plain(typed)
    if not _is_valid(plain, PERSON_LENGTH):
        raise CodeMistyped
    return plain


def read_opening_code(typed: str) -> str:
    """Return the plain form of an opening code; `OpeningCodeMistyped` where that fails."""
    plain = _plain(typed)
    if not _is_valid(plain, OPENING_LENGTH):
        raise OpeningCodeMistyped
    return plain


def result_words(many: int, taken: Collection[str] = ()) -> tuple[str, ...]:
    """Return new result words, such as `abacus-plank`, all different, and none that is taken."""
    plain = [word for word in word_list() if word.isalpha()]
    found: dict[str, None] = {}
    while len(found) < many:
        drawn = "-".join(secrets.choice(plain) for _ in range(RESULT_WORDS))
        if drawn not in taken:
            found[drawn] = None
    return tuple(found)


def read_result_word(typed: str) -> str:
    """Return the plain form of a result word as somebody typed it, with whatever in between."""
    return "-".join(re.findall("[a-z]+", typed[:100].lower()))


def credential(code: str, survey: str) -> bytes:
    """Return the hash by which a survey recognises a code. It does not lead to the nullifier."""
    return _derive(b"hw credential", code, survey)


def nullifier(code: str, survey: str) -> bytes:
    """Return the hash under which the answers given with a code lie: one code, one box."""
    return _derive(b"hw spend", code, survey)


def receipt(sealed: bytes) -> str:
    """Return the short hash of a sealed box that its owner may keep: `9F3K-7ZQ2-MM0T`."""
    digest = blake2b(sealed, digest_size=8, person=b"hw receipt").digest()
    return _receipt(int.from_bytes(digest, "big"))


def padded(receipts: Iterable[str], many: int) -> frozenset[str]:
    """Return receipts among made-up ones of the same looks, so that there are `many` in all.

    Somebody's receipt is by chance among the made-up ones once in 2^60 / `many` times.
    """
    filled = set(receipts)
    while len(filled) < many:
        filled.add(_receipt(secrets.randbits(5 * RECEIPT_LENGTH)))
    return frozenset(filled)


def _receipt(number: int) -> str:
    characters = "".join(ALPHABET[(number >> 5 * at) & 31] for at in range(RECEIPT_LENGTH))
    return "-".join(characters[at : at + 4] for at in range(0, RECEIPT_LENGTH, 4))


def _derive(purpose: bytes, code: str, survey: str) -> bytes:
    name = survey.encode()
    message = len(name).to_bytes(2, "big") + name + read_person_code(code).encode()
    return blake2b(message, digest_size=32, person=purpose).digest()


def _random(length: int) -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return drawn + ALPHABET[_times_x(_value_at_x(drawn))]


def _is_valid(plain: str, length: int) -> bool:
    return len(plain) == length and set(plain) <= set(ALPHABET) and _value_at_x(plain) == 0


def _plain(typed: str) -> str:
    """Drop separators and read what people write for digits: O as 0, I and L as 1."""
    return typed.translate(_SEPARATORS).upper().translate(_READ_AS)


def _grouped(plain: str) -> str:
    return "-".join(plain[at : at + GROUP] for at in range(0, len(plain), GROUP))


def _value_at_x(characters: str) -> int:
    value = 0
    for character in characters:
        value = _times_x(value) ^ ALPHABET.index(character)
    return value


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value
