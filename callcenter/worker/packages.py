"""The job that makes an export package."""

from typing import Any

from callcenter.db.engine import transaction
from callcenter.exports.actions import make_package


def export(payload: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Make the package of `population_id` for `user_id`; made again after a crash it is the same to the byte."""
    progress(0, 1)
    with transaction() as session:
        made = make_package(session, payload["population_id"], payload.get("user_id"))
        return {"package_id": made.id, "sha256": made.archive_sha256}
