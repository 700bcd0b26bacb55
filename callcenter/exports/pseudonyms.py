"""The study pseudonym that goes instead of identities."""

import hashlib
import hmac


def pseudonym(salt: str, unit_key: str) -> str:
    """The same enterprise has the same one throughout a study; without the study's salt nobody can tell which."""
    return hmac.new(salt.encode(), unit_key.encode(), hashlib.sha256).hexdigest()[:16]
