"""Detail table and report of a stage, made away from the page that asked for them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callcenter.db.engine import transaction
from callcenter.exports.actions.conclusions import freeze_stage
from callcenter.exports.queries import stages
from callcenter.exports.queries.packages import one_snapshot
from callcenter.operations.actions import keep_file

Progress = Callable[[int, int | None], None]


def stage_documents(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make both documents of `stage_id`, beside the stage before it; with a reason `freeze` the state is kept too."""
    from callcenter.exports import detail_table, report  # noqa: PLC0415  # loads heavy libraries that most workers never need

    stage_id = int(payload["stage_id"])
    progress(0, 3)
    with transaction() as session:
        one_snapshot(session)
        state, earlier = stages.stage_state(session, stage_id), stages.state_before(session, stage_id)
        frozen = freeze_stage(session, stage_id, payload.get("user_id"), payload["freeze"], state) if payload.get("freeze") else None
        checksum = frozen.checksum if frozen else ""
    progress(1, 3)
    with tempfile.TemporaryDirectory() as place:
        files = {"detail-table.xlsx": Path(place) / "detail-table.xlsx", "report.docx": Path(place) / "report.docx"}
        detail_table.workbook(state, files["detail-table.xlsx"], earlier, state["layout"].get("continues"))
        progress(2, 3)
        report.write(state, files["report.docx"])
        for name, file in files.items():
            with transaction() as session, file.open("rb") as opened:
                keep_file(session, f"stage-{stage_id}/{name}", opened)
    return {"stage_id": stage_id, "checksum": checksum}
