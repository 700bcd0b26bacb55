"""Reads of the room: released cases with what they are worth and said, promises beside orders and answers, codings."""

from callcenter.estimates.queries.codings import (
    CodedAnswer,
    OpenQuestion,
    code_frame,
    code_frames,
    coded_answers,
    coding_progress,
    history,
    open_question,
)
from callcenter.estimates.queries.promises import (
    Promised,
    batch,
    batches,
    case_of_task,
    found_contradictions,
    identities,
    numbered_orders,
    promised,
    tasks,
)
from callcenter.estimates.queries.released import GivenAnswer, Pool, Released, ReleasedCase, adjustment, pool, released

__all__ = [
    "CodedAnswer",
    "GivenAnswer",
    "OpenQuestion",
    "Pool",
    "Promised",
    "Released",
    "ReleasedCase",
    "adjustment",
    "batch",
    "batches",
    "case_of_task",
    "code_frame",
    "code_frames",
    "coded_answers",
    "coding_progress",
    "found_contradictions",
    "history",
    "identities",
    "numbered_orders",
    "open_question",
    "pool",
    "promised",
    "released",
    "tasks",
]
