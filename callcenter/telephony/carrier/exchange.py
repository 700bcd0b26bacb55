"""The switchboard: what happens to each call and when, and the errands (callbacks, scripts) that come of it."""

import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from callcenter.telephony.carrier.call import Call
from callcenter.telephony.carrier.callbacks import Postman
from callcenter.telephony.carrier.respondents import Ringing, ringing
from callcenter.telephony.carrier.script_player import BadScript, Course, course

SETTING_UP = timedelta(seconds=1)
RINGS_AFTER = timedelta(seconds=2)
HOPS = 5
"""Redirects that are followed before a call is ended."""

Happening = Callable[[Call, datetime], None]


class Exchange:
    """Moves calls on as time passes: a timer calls `step`, or the driver of a demo after each jump of field time."""

    def __init__(self, seed: str, postman: Postman) -> None:
        self.seed, self.postman = seed, postman
        self.calls: dict[str, Call] = {}
        self._due: list[tuple[datetime, int, Call, Happening]] = []
        self._count = itertools.count()
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="errand")

    def place(self, call: Call) -> None:
        """Take a new call and plan its course."""
        with self._lock:
            self.calls[call.sid] = call
            self._plan(call, call.created + SETTING_UP, self._leaves)

    def hang_up(self, call: Call, status: str, now: datetime) -> bool:
        """End a call from our side; false where it has ended, or where `canceled` is asked of one that is answered."""
        with self._lock:
            if not call.is_open or (status == "canceled" and call.answered):
                return False
            self._end(call, now, *(("completed", 200) if call.answered else ("canceled", 487)))
            return True

    def step(self, now: datetime) -> list["Future[None]"]:
        """Let happen all that is due at or before `now`, in order; the errands that came of it."""
        under_way = []
        while call := self._next_happening(now):
            under_way.append(self._pool.submit(call.run_errands))
        return under_way

    def step_and_wait(self, now: datetime) -> None:
        """The same, until everything is told, and everything due in consequence has happened too."""
        while under_way := self.step(now):
            for errand in under_way:
                errand.result()

    def next_due(self) -> datetime | None:
        """When something happens next."""
        with self._lock:
            return self._due[0][0] if self._due else None

    def open_calls(self) -> int:
        """Calls that have not ended."""
        with self._lock:
            return sum(call.is_open for call in self.calls.values())

    def close(self) -> None:
        """Run no more errands."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.postman.close()

    def _plan(self, call: Call, due: datetime, happening: Happening) -> None:
        with self._lock:
            heapq.heappush(self._due, (due, next(self._count), call, happening))

    def _next_happening(self, now: datetime) -> Call | None:
        """Let the next due thing happen; the call it happened to."""
        with self._lock:
            if not self._due or self._due[0][0] > now:
                return None
            due, _, call, happening = heapq.heappop(self._due)
            happening(call, due)
            return call

    def _tell(self, call: Call, event: str, at: datetime) -> None:
        """Plan a callback where it is wanted. The numbers run over all events of a call, told or not."""
        form = call.as_form(event, at)
        call.sequence += 1
        if call.status_callback and event in call.wanted:
            address = call.status_callback
            call.errands.append(lambda: self.postman.post(address, form))

    def _leaves(self, call: Call, at: datetime) -> None:
        if not call.is_open:
            return
        call.started = at
        self._tell(call, "initiated", at)
        going = ringing(self.seed, call.to, at)
        if going.rings:
            self._plan(call, at + RINGS_AFTER, lambda call, at: self._rings(call, at, going))
        else:
            self._end_later(call, at, going.after_seconds, "busy" if going.happening == "busy" else "failed", going.sip_code)

    def _rings(self, call: Call, at: datetime, going: Ringing) -> None:
        if not call.is_open:
            return
        call.status = "ringing"
        self._tell(call, "ringing", at)
        if going.happening == "no_answer" or going.after_seconds >= call.timeout:
            self._end_later(call, at, call.timeout, "no-answer", 487)
        elif going.happening == "declined":
            self._end_later(call, at, going.after_seconds, "busy", going.sip_code)
        else:
            self._plan(call, at + timedelta(seconds=going.after_seconds), lambda call, at: self._answered(call, at, going))

    def _answered(self, call: Call, at: datetime, going: Ringing) -> None:
        if not call.is_open:
            return
        call.status, call.answered = "in-progress", at
        self._tell(call, "answered", at)
        call.errands.append(lambda: self._follow(call, at, call.url, HOPS))
        self._end_later(call, at, min(going.patience_seconds, call.time_limit), "completed", 200)

    def _follow(self, call: Call, at: datetime, address: str, hops: int) -> None:
        """Fetch the script and do as it says. One that cannot be had or read ends the call, as it does at Twilio."""
        try:
            next_step = course(self.postman.fetch(address, call.as_form("answered", at), call.method))
        except (BadScript, OSError):
            next_step = Course(0)
        call.room = next_step.room
        if next_step.stays:
            return
        if next_step.address and hops:
            onward, left = next_step.address, hops - 1
            self._plan(call, at + timedelta(seconds=next_step.seconds), lambda call, at: self._redirected(call, at, onward, left))
        else:
            self._end_later(call, at, next_step.seconds, "completed", 200)

    def _redirected(self, call: Call, at: datetime, address: str, hops: int) -> None:
        if call.is_open:
            call.errands.append(lambda: self._follow(call, at, address, hops))

    def _end_later(self, call: Call, at: datetime, seconds: float, status: str, sip_code: int) -> None:
        def end(call: Call, at: datetime) -> None:
            if call.is_open:
                self._end(call, at, status, sip_code)

        self._plan(call, at + timedelta(seconds=seconds), end)

    def _end(self, call: Call, at: datetime, status: str, sip_code: int) -> None:
        call.status, call.ended, call.sip_code = status, at, sip_code
        self._plan(call, at, lambda call, at: self._tell(call, "completed", at))
