"""What the house does by itself, one line a job. Every job may run twice or late without harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from callcenter.call_queue import actions as call_queue
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import PhoneLine
from callcenter.db.engine import transaction
from callcenter.exports.actions import identities
from callcenter.follow_up import actions as follow_up
from callcenter.operations import actions as operations
from callcenter.people import actions as people
from callcenter.response_rates import actions as response_rates
from callcenter.scheduler.sweep import settle_calls, sweep_calls, sweep_legs

Result = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A job, how often it runs, and what it does; its result goes to `timetable_runs`."""

    name: str
    every: timedelta
    run: Callable[[], Result]


def timetable(phone_line: PhoneLine, alerting: Callable[[], Result] | None = None) -> list[Line]:
    """The jobs of this installation; `alerting` sends alerts out of the house, where a way is set."""
    told = [] if alerting is None else [Line("send_alerts", timedelta(seconds=5), alerting)]
    return [
        *told,
        Line("expire_leases", timedelta(seconds=5), _in_transaction("returned", lambda session: len(call_queue.expire_leases(session)))),
        Line("sweep_calls", timedelta(seconds=10), lambda: sweep_calls(phone_line)),
        Line("sweep_legs", timedelta(seconds=20), lambda: sweep_legs(phone_line)),
        Line("watch_lines", timedelta(minutes=5), _in_transaction("rested", calls.watch_lines)),
        Line("settle_abandoned", timedelta(seconds=30), settle_calls),
        Line("propose_top_ups", timedelta(seconds=60), _in_transaction("proposed", follow_up.propose_top_ups)),
        Line("watch_appointments", timedelta(seconds=60), _in_transaction("warned", follow_up.watch_appointments)),
        Line("close_barred", timedelta(seconds=60), _in_transaction("closed", call_queue.close_barred)),
        Line("end_wrap_ups", timedelta(seconds=5), _in_transaction("ended", people.end_wrap_ups)),
        Line("leave_the_absent", timedelta(seconds=60), _in_transaction("left", people.leave_the_absent)),
        Line("choose_rechecks", timedelta(minutes=10), _in_transaction("chosen", follow_up.choose_rechecks)),
        Line("fold_counters", timedelta(seconds=60), _in_transaction("folded", response_rates.fold_counters)),
        Line("snapshot_rates", timedelta(hours=1), _in_transaction("kept", response_rates.snapshot_rates)),
        Line("keep_forecasts", timedelta(seconds=60), _in_transaction("kept", follow_up.keep_forecasts)),
        Line("prove_counters", timedelta(hours=24), _in_transaction("differing", response_rates.prove_counters)),
        Line("prove_codes", timedelta(hours=24), _in_transaction("differing", response_rates.prove_codes)),
        Line("chase_recordings", timedelta(minutes=1), _in_transaction("asked", calls.chase_recordings)),
        Line("delete_recordings", timedelta(hours=1), _in_transaction("queued", _queue_deletion)),
        Line("detach_identities", timedelta(hours=1), _in_transaction("detached", identities.detach_due)),
        Line("forget_old_runs", timedelta(hours=1), _in_transaction("forgotten", operations.forget_old_runs)),
        Line("forget_kept_files", timedelta(hours=1), _in_transaction("forgotten", operations.forget_kept_files)),
        Line("forget_old_log_ins", timedelta(hours=1), _in_transaction("forgotten", people.forget_old_log_ins)),
    ]


def _queue_deletion(session: Session) -> int:
    """Files lie where the workers are: they delete them. Nothing is queued where nothing is due."""
    due = len(calls.over_due(session))
    if due:
        operations.queue_job(session, "delete_recordings", {}, None)
    return due


def _in_transaction(counted: str, action: Callable[[Session], int]) -> Callable[[], Result]:
    """A job that is one action in one transaction and gives a count."""

    def run() -> Result:
        with transaction() as session:
            return {counted: action(session)}

    return run
