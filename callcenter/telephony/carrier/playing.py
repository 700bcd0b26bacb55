"""Plays a call its script: verb after verb, each taking its time, on to the next script where one leads there."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Protocol
from urllib.parse import urljoin

from callcenter.telephony.carrier.call import Call
from callcenter.telephony.carrier.callbacks import Postman
from callcenter.telephony.carrier.recordings import Recordings
from callcenter.telephony.carrier.rooms import Rooms
from callcenter.telephony.carrier.script_player import BadScript, Verb, read

HOPS = 5
"""Scripts in a row without any time passing, before a call is ended."""
KEY_AFTER = 1.0
"""Seconds from a question's end to the key."""


class Switchboard(Protocol):
    """What a script needs of the exchange."""

    lock: RLock
    postman: Postman
    rooms: Rooms
    recordings: Recordings

    def plan(self, call: Call, due: datetime, happening: Callable[[Call, datetime], None]) -> None:
        """Let something happen to a call later."""
        ...

    def run_soon(self, call: Call, at: datetime) -> None:
        """Let somebody come and run a call's errands."""
        ...

    def end_later(self, call: Call, at: datetime, seconds: float, status: str, sip_code: int) -> None:
        """Let a call end by itself, unless it has ended by then."""
        ...

    def dialled(self, parent: Call, to: str, caller: str, timeout: float, at: datetime) -> None:
        """A call that a script dials for another one."""
        ...


class Player:
    """Moves calls through their scripts."""

    def __init__(self, exchange: Switchboard) -> None:
        self.exchange = exchange

    def begin(self, call: Call, at: datetime) -> None:
        """An answered call: into its room, or to its first script."""
        if call.wanted.room_options is not None:
            self.exchange.rooms.enter(call, at)
        elif call.wanted.twiml is not None:
            self.play(call, at, call.wanted.twiml)
        elif call.wanted.url is not None:
            self.ask(call, at, call.wanted.url, call.wanted.method)

    def ask(self, call: Call, at: datetime, address: str, method: str = "POST", more: dict[str, str] | None = None) -> None:
        """Plan to fetch a script and to do as it says. One that cannot be had or read ends the call, as it does at Twilio."""
        call.hops = call.hops + 1 if call.fetched_at == at else 0
        call.fetched_at = at
        where = urljoin(call.base or address, address)
        form = call.as_form("answered" if call.direction != "inbound" else "", at) | (more or {})
        form.pop("SequenceNumber")

        def fetch() -> None:
            try:
                text = self.exchange.postman.fetch(where, form, method or "POST")
            except OSError:
                text = ""
            with self.exchange.lock:
                if call.is_open:
                    call.base = where
                    self.play(call, at, text if call.hops <= HOPS else "")

        call.errands.append(fetch)

    def play(self, call: Call, at: datetime, script: str) -> None:
        """Play a script in place of the one that plays now."""
        call.turn += 1
        try:
            verbs = read(script)
        except BadScript:
            verbs = ()
        self._next(call, at, deque(verbs), call.turn)

    def comes_back(self, call: Call, at: datetime) -> None:
        """A room that a call was in has ended: it goes on with the verbs after that."""
        if not call.is_open:
            return
        if call.after is None:
            self.exchange.end_later(call, at, 0, "completed", 200)
            return
        verb, rest = call.after
        self._dialled(call, at, verb, rest, {"DialCallStatus": "answered"})

    def child_ended(self, child: Call, at: datetime) -> None:
        """The call that a script dialled is over."""
        parent = child.parent
        if parent is None or not parent.is_open or parent.after is None:
            return
        verb, rest = parent.after
        told = {"DialCallStatus": child.status, "DialCallSid": child.sid, "DialCallDuration": str(child.seconds)}
        self._dialled(parent, at, verb, rest, told)

    def _dialled(self, call: Call, at: datetime, verb: Verb, rest: deque[Verb], told: dict[str, str]) -> None:
        call.after = None
        if verb.of("action"):
            self.ask(call, at, verb.of("action"), verb.of("method"), told)
            self.exchange.run_soon(call, at)
        else:
            self._next(call, at, rest, call.turn)

    def _next(self, call: Call, at: datetime, rest: deque[Verb], turn: int) -> None:
        """Do the next verb, unless another script plays by now."""
        if not call.is_open or call.turn != turn:
            return
        if not rest:
            self.exchange.end_later(call, at, 0, "completed", 200)
            return
        verb = rest.popleft()
        match verb.name:
            case "Hangup" | "Reject":
                self.exchange.end_later(call, at, 0, "completed", 200)
            case "Redirect":
                self.ask(call, at, verb.text, verb.of("method"))
                self.exchange.run_soon(call, at)
            case "Gather":
                self._gather(call, at, verb, rest, turn)
            case "Record":
                self._record(call, at, verb, turn)
            case "Dial":
                self._dial(call, at, verb, rest)
            case _:
                self._later(call, at, verb.lasts, rest, turn)

    def _later(self, call: Call, at: datetime, seconds: float, rest: deque[Verb], turn: int) -> None:
        self.exchange.plan(call, at + timedelta(seconds=seconds), lambda call, at: self._next(call, at, rest, turn))

    def _gather(self, call: Call, at: datetime, verb: Verb, rest: deque[Verb], turn: int) -> None:
        pressed = call.presses.popleft() if call.presses else ""
        if not pressed and not verb.is_set("actionOnEmptyResult"):
            self._later(call, at, verb.lasts + verb.seconds("timeout", 5), rest, turn)
            return
        told = {"Digits": pressed, "FinishedOnKey": ""}
        self._answers(call, at + timedelta(seconds=verb.lasts + KEY_AFTER), verb, told, turn)

    def _record(self, call: Call, at: datetime, verb: Verb, turn: int) -> None:
        seconds = min(call.speaks_seconds, verb.seconds("maxLength", 3600))
        recording = self.exchange.recordings.begin(call, "RecordVerb", at, told_at=verb.of("recordingStatusCallback"))

        def spoken(call: Call, at: datetime) -> None:
            self.exchange.recordings.end(recording, at)
            told = {"RecordingSid": recording.sid, "RecordingUrl": f"{self.exchange.recordings.base}{recording.uri}"}
            self._answers(call, at, verb, told | {"RecordingDuration": str(recording.seconds), "Digits": "hangup"}, turn)

        self.exchange.plan(call, at + timedelta(seconds=seconds), spoken)

    def _answers(self, call: Call, at: datetime, verb: Verb, told: dict[str, str], turn: int) -> None:
        """Tell what came of a verb at its address; without one, at that of the present script."""

        def answer(call: Call, at: datetime) -> None:
            if call.is_open and call.turn == turn:
                self.ask(call, at, verb.of("action") or call.base, verb.of("method"), told)

        self.exchange.plan(call, at, answer)

    def _dial(self, call: Call, at: datetime, verb: Verb, rest: deque[Verb]) -> None:
        call.after = (verb, rest)
        inner = verb.inside[0] if verb.inside else Verb("Number", verb.text)
        if inner.name == "Conference":
            room = self.exchange.rooms.open(inner.text, call.account_sid, at)
            self.exchange.rooms.invite(call, room, inner, at, inner.of("participantLabel") or None)
            self.exchange.rooms.enter(call, at)
        else:
            to = f"client:{inner.text}" if inner.name == "Client" else inner.text
            self.exchange.dialled(call, to, verb.of("callerId", call.caller), verb.seconds("timeout", 30), at)
