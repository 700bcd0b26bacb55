"""The switchboard: what happens to each call and when, and the errands (callbacks, scripts) that come of it."""

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from callcenter.telephony.carrier.call import Call, Wanted, new_sid
from callcenter.telephony.carrier.callbacks import Postman
from callcenter.telephony.carrier.faults import Faults
from callcenter.telephony.carrier.playing import Player
from callcenter.telephony.carrier.recordings import Recordings
from callcenter.telephony.carrier.respondents import ANNOUNCED, Ringing, ringing
from callcenter.telephony.carrier.rooms import Rooms

SETTING_UP = timedelta(seconds=1)
RINGS_AFTER = timedelta(seconds=2)
LISTENS = timedelta(seconds=3)
"""How long the carrier listens before it says whether a machine answered."""
OWN = ("client:", "sip:")
"""Telephones of the program's own people: always taken up, never put down."""
ALWAYS = 24 * 3600.0

Happening = Callable[[Call, datetime], None]


class Exchange:
    """Moves calls on as time passes: a timer calls `step`, or the driver of a demo after each jump of field time."""

    def __init__(self, seed: str, postman: Postman) -> None:
        self.seed, self.postman = seed, postman
        self.calls: dict[str, Call] = {}
        self.faults = Faults()
        self._due: list[tuple[datetime, int, Call, Happening]] = []
        self._count = itertools.count()
        self.lock = threading.RLock()
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="errand")
        self.player = Player(self)
        self.rooms = Rooms(self.tell, self.player.comes_back)
        self.recordings = Recordings(self.tell)

    def place(self, call: Call) -> None:
        """Take a new call and plan its course."""
        with self.lock:
            self.calls[call.sid] = call
            if self.faults.early:
                self._leaves(call, call.created)
            else:
                self.plan(call, call.created + SETTING_UP, self._leaves)
        if self.faults.early:
            call.run_errands()

    def call_in(self, call: Call) -> None:
        """Somebody calls one of the program's numbers: its script is asked for at once."""
        with self.lock:
            self.calls[call.sid] = call
            call.status, call.started = "ringing", call.created

            def picked_up(call: Call, at: datetime) -> None:
                if call.is_open:
                    call.answered = at
                    self.player.begin(call, at)
                    call.status = "in-progress"
                    self.end_later(call, at, ALWAYS, "completed", 200)

            self.plan(call, call.created, picked_up)

    def hang_up(self, call: Call, status: str, now: datetime) -> bool:
        """End a call from our side; false where it has ended, or where `canceled` is asked of one that is answered."""
        with self.lock:
            if not call.is_open or (status == "canceled" and call.answered):
                return False
            self.end(call, now, *(("completed", 200) if call.answered else ("canceled", 487)))
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
        with self.lock:
            return self._due[0][0] if self._due else None

    def open_calls(self) -> int:
        """Calls that have not ended."""
        with self.lock:
            return sum(call.is_open for call in self.calls.values())

    def close(self) -> None:
        """Run no more errands."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.postman.close()

    def plan(self, call: Call, due: datetime, happening: Happening) -> None:
        """Let something happen to a call later."""
        with self.lock:
            heapq.heappush(self._due, (due, next(self._count), call, happening))

    def run_soon(self, call: Call, at: datetime) -> None:
        """Let somebody come and run a call's errands."""
        self.plan(call, at, lambda _call, _at: None)

    def _next_happening(self, now: datetime) -> Call | None:
        """Let the next due thing happen; the call it happened to."""
        with self.lock:
            if not self._due or self._due[0][0] > now:
                return None
            due, _, call, happening = heapq.heappop(self._due)
            happening(call, due)
            return call

    def tell(self, call: Call, address: str, form: dict[str, str], at: datetime) -> None:
        """Plan a callback, with the faults that are asked for."""
        key = (call.sid, form.get("SequenceNumber", ""), form.get("StatusCallbackEvent", ""))
        faults = self.faults
        if faults.hits("lost", *key):
            return
        forged = faults.hits("wrong_signature", *key)
        notes = [(address, form)] * (2 if faults.hits("doubled", *key) else 1)
        if faults.hits("reordered", *key) and not call.held_back:
            call.held_back = notes
            return
        notes, call.held_back = [*notes, *call.held_back], []

        def post(call: Call, _at: datetime) -> None:
            for where, what in notes:
                call.errands.append(lambda where=where, what=what: self.postman.post(where, what, forged=forged))  # type: ignore[misc]

        if faults.hits("late", *key):
            self.plan(call, at + timedelta(seconds=faults.late_seconds), post)
        else:
            post(call, at)
            self.run_soon(call, at)

    def _tell_progress(self, call: Call, event: str, at: datetime) -> None:
        """Plan a callback where it is wanted. The numbers run over all events of a call, told or not."""
        form = call.as_form(event, at)
        call.sequence += 1
        if call.wanted.status_callback and event in call.wanted.events:
            self.tell(call, call.wanted.status_callback, form, at)

    def _leaves(self, call: Call, at: datetime) -> None:
        if not call.is_open:
            return
        call.started = at
        self._tell_progress(call, "initiated", at)
        going = Ringing("answered", 1, rings=True, patience_seconds=ALWAYS) if call.to.startswith(OWN) else ringing(self.seed, call.to, at)
        call.announcement = ANNOUNCED.get(going.happening)
        if going.rings and self.faults.early:
            self._rings(call, at, going)
        elif going.rings:
            self.plan(call, at + RINGS_AFTER, lambda call, at: self._rings(call, at, going))
        else:
            self.end_later(call, at, going.after_seconds, "busy" if going.happening == "busy" else "failed", going.sip_code)

    def _rings(self, call: Call, at: datetime, going: Ringing) -> None:
        if not call.is_open:
            return
        call.status = "ringing"
        self._tell_progress(call, "ringing", at)
        if going.happening == "no_answer" or going.after_seconds >= call.wanted.timeout:
            self.end_later(call, at, call.wanted.timeout, "no-answer", 487)
        elif going.happening == "declined":
            self.end_later(call, at, going.after_seconds, "busy", going.sip_code)
        else:
            self.plan(call, at + timedelta(seconds=going.after_seconds), lambda call, at: self._answered(call, at, going))

    def _answered(self, call: Call, at: datetime, going: Ringing) -> None:
        if not call.is_open:
            return
        call.status, call.answered = "in-progress", at
        self._tell_progress(call, "answered", at)
        self.player.begin(call, at)
        if call.wanted.machine_callback:
            self.plan(call, at + LISTENS, lambda call, at: self._heard(call, at, going))
        self.end_later(call, at, min(going.patience_seconds, call.wanted.time_limit), "completed", 200)

    def _heard(self, call: Call, at: datetime, going: Ringing) -> None:
        """The carrier has listened long enough to say who answered."""
        if call.is_open and call.wanted.machine_callback:
            call.answered_by = "machine_start" if going.machine else "human"
            form = {"AccountSid": call.account_sid, "CallSid": call.sid, "AnsweredBy": call.answered_by, "MachineDetectionDuration": "3000"}
            self.tell(call, call.wanted.machine_callback, form, at)

    def end_later(self, call: Call, at: datetime, seconds: float, status: str, sip_code: int) -> None:
        """Let a call end by itself, unless it has ended by then."""

        def end(call: Call, at: datetime) -> None:
            if call.is_open:
                self.end(call, at, status, sip_code)

        self.plan(call, at + timedelta(seconds=seconds), end)

    def end(self, call: Call, at: datetime, status: str, sip_code: int) -> None:
        """A call is over: it leaves its room, its recordings end, and that is told."""
        call.status, call.ended, call.sip_code = status, at, sip_code
        call.turn += 1
        self.rooms.leave(call, at)
        self.recordings.end_of(call, at)
        self.plan(call, at, lambda call, at: self._tell_progress(call, "completed", at))
        if call.parent is not None:
            self.player.child_ended(call, at)

    def dialled(self, parent: Call, to: str, caller: str, timeout: float, at: datetime) -> None:
        """A call that a script dials for another one."""
        wanted = Wanted(timeout=timeout)
        self.place(Call(new_sid("CA"), parent.account_sid, to, caller, wanted, at, "outbound-dial", parent, presses=deque()))
