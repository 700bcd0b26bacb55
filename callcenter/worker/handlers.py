"""What a worker can do: one line a kind of job.

A handler takes the job's payload and a way to say how far it is; it opens its own transactions, may be run again from the start
after a crash (so it must find what it did before), and returns what the job's page shows.
"""

from collections.abc import Callable
from typing import Any

from callcenter.worker.frames import freeze_frame, preview_frame, try_screening
from callcenter.worker.lists import judge_list
from callcenter.worker.packages import export
from callcenter.worker.receipts import make_receipt
from callcenter.worker.recordings import begin_recording, delete_recordings, end_recording, store_recording
from callcenter.worker.stages import stage_documents

Progress = Callable[[int, int | None], None]
Handler = Callable[[dict[str, Any], Progress], dict[str, Any]]

HANDLERS: dict[str, Handler] = {
    "begin_recording": begin_recording,
    "delete_recordings": delete_recordings,
    "end_recording": end_recording,
    "export": export,
    "freeze_frame": freeze_frame,
    "judge_list": judge_list,
    "make_receipt": make_receipt,
    "preview_frame": preview_frame,
    "stage_documents": stage_documents,
    "store_recording": store_recording,
    "try_screening": try_screening,
}
