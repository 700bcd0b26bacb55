"""What an interview that stops here is: complete, partial or broken off, by the share of core questions answered."""

from collections.abc import Mapping
from typing import Any

from callcenter.calls.dispositions import Limits, by_completeness

__all__ = ["by_completeness", "limits"]


def limits(settings: Mapping[str, Any]) -> Limits:
    """The limits in a study's settings (`validity.complete`, `validity.partial`)."""
    given = settings.get("validity") or {}
    plain = Limits()
    return Limits(float(given.get("complete", plain.complete)), float(given.get("partial", plain.partial)))
