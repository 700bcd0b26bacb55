"""Writes of following up: the end of a case's turn, what was left open, appointments, top-ups."""

from callcenter.follow_up.actions.appointments import hand_over, watch_appointments
from callcenter.follow_up.actions.correcting import correct_code
from callcenter.follow_up.actions.finishing import Finish, finish
from callcenter.follow_up.actions.forecasting import keep_forecasts
from callcenter.follow_up.actions.handing_over import end_shift, leave
from callcenter.follow_up.actions.invalidating import decide_invalidation, propose_invalidation
from callcenter.follow_up.actions.promising import choose_time
from callcenter.follow_up.actions.rechecking import begin_recheck_call, choose_rechecks, recheck_key, record_recheck
from callcenter.follow_up.actions.release_modes import switch_release_mode
from callcenter.follow_up.actions.returning import abandoned, settle_abandoned
from callcenter.follow_up.actions.top_ups import (
    accept_top_up,
    decline_top_up,
    propose_top_ups,
    release_by_hand,
    release_main,
    wrong_with_top_up,
)
from callcenter.follow_up.actions.tracing import add_found_number, give_up_tracing
from callcenter.follow_up.actions.transferring import hand_over_call
from callcenter.follow_up.actions.undoing import finish_and_remember, undo

__all__ = [
    "Finish",
    "abandoned",
    "accept_top_up",
    "add_found_number",
    "begin_recheck_call",
    "choose_rechecks",
    "choose_time",
    "correct_code",
    "decide_invalidation",
    "decline_top_up",
    "end_shift",
    "finish",
    "finish_and_remember",
    "give_up_tracing",
    "hand_over",
    "hand_over_call",
    "keep_forecasts",
    "leave",
    "propose_invalidation",
    "propose_top_ups",
    "recheck_key",
    "record_recheck",
    "release_by_hand",
    "release_main",
    "settle_abandoned",
    "switch_release_mode",
    "undo",
    "watch_appointments",
    "wrong_with_top_up",
]
