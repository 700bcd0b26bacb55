"""Writes of attempts and of the published lines."""

from callcenter.calls.actions.attempts import (
    begin_attempt,
    placement,
    record_carrier_failure,
    record_event,
    record_placed,
    record_silence,
    silent_calls,
)
from callcenter.calls.actions.lines import load_lines

__all__ = [
    "begin_attempt",
    "load_lines",
    "placement",
    "record_carrier_failure",
    "record_event",
    "record_placed",
    "record_silence",
    "silent_calls",
]
