"""Sealing one response and opening it again.

A box is HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) of a plaintext of one fixed
size, so that its length says nothing. Its `info` names survey, unit and nullifier: a box that was
moved to another unit, another survey or another code does not open.

HPKE's base mode does not say who sealed a box: whoever can write to the database can put boxes of
his own there. What a box holds is packed in `survey.ballots.payload`; keys lie in `keys`.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

BOX_SIZE = 8192
OVERHEAD = 48
"""32 bytes of the encapsulated key and 16 of the tag."""
PLAIN_SIZE = BOX_SIZE - OVERHEAD

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def new_key_pair() -> tuple[bytes, bytes]:
    """Return a private key and its public key, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """Return the public key that belongs to a private one."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def seal(public_key: bytes, plain: bytes, survey: str, unit: str, nullifier: bytes) -> bytes:
    """Return the sealed box of a packed response: always `BOX_SIZE` bytes."""
    if len(plain) != PLAIN_SIZE:
        raise ValueError(f"a packed response has {PLAIN_SIZE} bytes, not {len(plain)}")
    key = X25519PublicKey.from_public_bytes(public_key)
    return _SUITE.encrypt(plain, key, info=_info(survey, unit, nullifier))


class Opener:
    """Opens the boxes of one survey. Lives only in memory, while a survey is being closed."""

    def __init__(self, private_key: bytes, survey: str) -> None:
        self._key = X25519PrivateKey.from_private_bytes(private_key)
        self._survey = survey

    def open(self, sealed: bytes, unit: str, nullifier: bytes) -> bytes | None:
        """Return what is in a box, or None where it was tampered with or moved."""
        if len(sealed) != BOX_SIZE:
            return None
        try:
            return _SUITE.decrypt(sealed, self._key, info=_info(self._survey, unit, nullifier))
        except InvalidTag:
            return None


def _info(survey: str, unit: str, nullifier: bytes) -> bytes:
    """Return the three names, each with its length before it, so that none runs into another."""
    parts = (survey.encode(), unit.encode(), nullifier)
    return b"headwind box 1" + b"".join(len(p).to_bytes(2, "big") + p for p in parts)
