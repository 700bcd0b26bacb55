"""Reads of the room: released cases with what they are worth and said, promises beside orders and answers, codings."""

from callcenter.estimates.queries.codings import CodedAnswer, code_frame, coded_answers, history
from callcenter.estimates.queries.promises import Promised, batch_orders, case_of_task, found_contradictions, identities, promised, tasks
from callcenter.estimates.queries.released import GivenAnswer, Pool, Released, ReleasedCase, adjustment, pool, released

__all__ = [
    "CodedAnswer",
    "GivenAnswer",
    "Pool",
    "Promised",
    "Released",
    "ReleasedCase",
    "adjustment",
    "batch_orders",
    "case_of_task",
    "code_frame",
    "coded_answers",
    "found_contradictions",
    "history",
    "identities",
    "pool",
    "promised",
    "released",
    "tasks",
]
