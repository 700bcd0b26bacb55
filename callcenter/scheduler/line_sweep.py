"""Calls whose callbacks stopped: the carrier is asked where they stand. Never inside a transaction."""

from callcenter.calls import actions
from callcenter.calls.phone_line import LineFailure, LineRejected, LineState, PhoneLine
from callcenter.calls.queries import SilentCall
from callcenter.db.engine import transaction


def sweep(line: PhoneLine) -> dict[str, int]:
    """Ask about every silent call; how many were asked about, and how many moved on."""
    with transaction() as session:
        silent = actions.silent_calls(session)
    moved = 0
    for call in silent:
        try:
            told = _ask(line, call)
        except LineFailure:
            continue  # asked again at the next tick
        with transaction() as session:
            moved += actions.record_silence(session, call, told)
    return {"silent": len(silent), "moved": moved}


def _ask(line: PhoneLine, call: SilentCall) -> LineState | None:
    """What the carrier says; none where it knows of no such call."""
    if call.sid is None:
        return None
    try:
        return line.state(call.sid)
    except LineRejected as refusal:
        if refusal.detail == "20404":
            return None
        raise
