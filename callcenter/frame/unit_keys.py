"""The key by which a unit is known in frames, draws and certificates."""

import hashlib

PERSON_MARK = "P:"
NAME_MARK = "N:"


def enterprise_key(uscc: str, folded_name: str, district: str) -> str:
    """The valid credit code, else `N:<folded name>|<district>`."""
    return uscc or f"{NAME_MARK}{folded_name}|{district}"


def person_key(salt: str, folded_name: str, mobile: str) -> str:
    """`P:` and a hash, so that no person's name stands in a frame file or certificate."""
    return PERSON_MARK + hashlib.sha256(f"{salt}|{folded_name}|{mobile}".encode()).hexdigest()
