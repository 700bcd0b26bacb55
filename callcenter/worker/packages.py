"""The job that makes an export package."""

from collections.abc import Callable
from typing import Any


def export(payload: dict[str, Any], progress: Callable[[int, int | None], None]) -> dict[str, Any]:
    """Make the package of `population_id` for `user_id`; made again after a crash it is the same to the byte."""
    from callcenter.worker import exporting  # noqa: PLC0415  # loads heavy libraries, and most workers never make a package

    return exporting.export(payload, progress)
