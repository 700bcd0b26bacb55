"""Passwords: which are good enough, how they are made, kept and compared (argon2; about 150 ms a hash on purpose)."""

import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 10
LONGEST = 128
# No letters or digits that look alike: people read these aloud and type them.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
TOO_COMMON = {
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "password12",
    "password123",
    "passw0rd123",
    "1q2w3e4r5t",
    "abc1234567",
    "a123456789",
}

_hash = PasswordHash((Argon2Hasher(),))
# Each hash takes 64 MiB: many log-ins at once wait their turn rather than fill the memory.
_turns = threading.BoundedSemaphore(4)


def folded(password: str) -> str:
    """The same password however the input method wrote it (full-width letters are typed by accident)."""
    return unicodedata.normalize("NFKC", password)


def problem(password: str, username: str, name: str) -> str | None:
    """Why this password will not do, as a sentence; none where it will."""
    typed = folded(password)
    if len(typed) < SHORTEST:
        return "密码太短：至少 10 个字符，可以是几个词连在一起。"
    if len(typed) > LONGEST:
        return "密码太长：最多 128 个字符。"
    if len(set(typed)) < 5 or typed.casefold() in TOO_COMMON:
        return "这个密码太常见，容易被猜到：请换一个。"
    if any(part and len(part) > 1 and part.casefold() in typed.casefold() for part in (username, name)):
        return "密码里不能包含用户名或姓名：请换一个。"
    return None


def generate() -> str:
    """A random password: 16 letters and digits in four groups, 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def hashed(password: str) -> str:
    """What is stored."""
    with _turns:
        return _hash.hash(folded(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` is the stored one; as slow for a person who does not exist, so that time tells nothing."""
    try:
        with _turns:
            right = _hash.verify(folded(password)[: LONGEST + 1], stored or _nobody())
    except PwdlibError:
        return False
    return right and stored is not None


@cache
def _nobody() -> str:
    return _hash.hash(secrets.token_hex(16))
