"""Writes of the queue: cases from releases, the claim, leases, and what later stages decide about a case."""

from callcenter.call_queue.actions.answering import lease_for_caller
from callcenter.call_queue.actions.assigning import assign
from callcenter.call_queue.actions.capping import hold_cap
from callcenter.call_queue.actions.claiming import claim
from callcenter.call_queue.actions.deciding import (
    Next,
    Tally,
    add_number,
    close,
    close_barred,
    locked,
    locked_bundle,
    locked_cases,
    recount,
    reschedule,
    trace,
)
from callcenter.call_queue.actions.leasing import (
    GIVEN_BACK_RESTS,
    expire_leases,
    give_back,
    give_back_all,
    heartbeat,
    hold,
    hold_all,
    keep,
    pass_lease,
)
from callcenter.call_queue.actions.naming import name_contact
from callcenter.call_queue.actions.releasing import release_units
from callcenter.call_queue.number_kinds import kind_of

__all__ = [
    "GIVEN_BACK_RESTS",
    "Next",
    "Tally",
    "add_number",
    "assign",
    "claim",
    "close",
    "close_barred",
    "expire_leases",
    "give_back",
    "give_back_all",
    "heartbeat",
    "hold",
    "hold_all",
    "hold_cap",
    "keep",
    "kind_of",
    "lease_for_caller",
    "locked",
    "locked_bundle",
    "locked_cases",
    "name_contact",
    "pass_lease",
    "recount",
    "release_units",
    "reschedule",
    "trace",
]
