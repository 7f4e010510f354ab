"""What a scan tells about a secret, without the secret."""

from __future__ import annotations

from typing import NamedTuple

_ROUNDS = 50_000
_LENGTH = 10


class Finding(NamedTuple):
    """A secret at ``text[start:end]`` (characters). ``line`` and ``column``, both from 1, are for people.

    ``fingerprint`` names this secret under this rule wherever it stands; the secret itself is in no field.
    """

    start: int
    end: int
    line: int
    column: int
    rule: str
    fingerprint: str


def fingerprint(rule: str, secret: str) -> str:
    """A name for the secret: the same on every machine, ten hexadecimal digits, about 20 ms to compute.

    It is shown on screen and lands in shell histories. A key as machines make them cannot be found from
    it. A guessable password could be by trying guesses, so each try is made slow and the name is kept
    short (forty bits): it tells findings apart, and is no proof of a secret.
    """
    import hashlib  # 3 ms that only a finding is worth

    salt = f"git-memory secret fingerprint 1\0{rule}".encode()
    digest = hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8", "surrogatepass"), salt, _ROUNDS)
    return digest.hex()[:_LENGTH]
