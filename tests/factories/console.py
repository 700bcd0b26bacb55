"""An operator's console over HTTP, in real time, against a running house and its simulated carrier."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from callcenter.simulation.browser import read_page
from callcenter.simulation.respondents import Enterprise
from callcenter.telephony.carrier.respondents import ringing

SEED = "1"
"""What a house decides its respondents by, where nothing else is said."""
QUICK = 9.0
"""Seconds of ringing that a test waits for."""
LEAVES_AFTER = timedelta(seconds=1)
PLAIN = ("broken_off", "no_answer", "switched_off", "busy", "unreachable", "dead_number", "suspended", "carrier_failure", "declined_ring")
"""Outcomes that need no further word."""
State = dict[str, Any]


class Person:
    """Somebody's session with the web process; no redirect is followed and no refusal raised, so that a test sees each."""

    def __init__(self, web: str, username: str, password: str) -> None:
        self.username, self.password = username, password
        self.client = httpx.Client(base_url=web, timeout=60, trust_env=False)
        self.csrf = ""

    def log_in(self, password: str | None = None, *, at: str = "/log-in") -> httpx.Response:
        """Through the form at `at`."""
        (form,) = (one for one in read_page("", 200, self.get(at).text).forms if one.action.endswith("/log-in"))
        typed = {"username": self.username, "password": self.password if password is None else password}
        answer = self.client.post("/log-in", data=form.fields | typed)
        if answer.status_code == 303:
            self.get("/account")
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page, keep its token."""
        answer = self.client.get(path, **more)
        self.csrf = read_page("", answer.status_code, answer.text).csrf or self.csrf
        return answer

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send something with the session's token."""
        return self.client.post(path, headers={"X-CSRF-Token": self.csrf}, **more)


class Console(Person):
    """An operator at their console."""

    def state(self) -> State:
        """Where they stand."""
        return self._must(self.client.get("/operator/api/state"))

    def press(self, what: str, **body: Any) -> State:
        """A key of theirs, which must work."""
        return self._must(self.post(f"/operator/api/{what}", json=body))

    def talk(self) -> State:
        """Call one enterprise after the other until somebody takes the call; the state with the first question."""
        for _ in range(60):
            state = self.press("next")
            assert state["lease"], state["none"]
            number = next((one["number"] for one in state["lease"]["phones"] if answers_soon(one["number"])), None)
            if number is None:
                self.press("give-back")
                continue
            self.press("dial", phone=number)
            if (state := self._wait(QUICK + 10))["interview"]:
                return state
            self.put_down()
        raise AssertionError("sixty cases and nobody answered")

    def answer(self, state: State) -> State:
        """Answer the question shown as the enterprise would."""
        return self.press("answer", **self.given(state))

    def given(self, state: State) -> State:
        """What is sent as the answer to the question shown."""
        question = state["interview"]["question"]
        value = Enterprise(SEED, "a plain enterprise").answer(question)
        return {"question": question["name"], "instance": question["instance"], "value": value, "shown_at": state["now"]}

    def put_down(self) -> None:
        """End the turn, however far it is, so that nobody holds a case."""
        state = self.state()
        if state["lease"] and not state["attempt"]:
            self.press("give-back")
        elif state["lease"]:
            if not state["attempt"]["ended_at"]:
                self.press("hang-up")
                state = self._wait_for_end()
            outcome = next(code for code in PLAIN if code in state["outcomes"])
            self.press("outcome", outcome=outcome)
        assert self.state()["lease"] is None

    def _wait_for_end(self) -> State:
        give_up = time.monotonic() + 60
        while not (state := self.state())["attempt"]["ended_at"]:
            assert time.monotonic() < give_up, state["attempt"]
            time.sleep(0.1)
        return state

    def _wait(self, seconds: float) -> State:
        give_up = time.monotonic() + seconds
        while True:
            state = self.state()
            if state["interview"] or state["attempt"]["ended_at"] or time.monotonic() > give_up:
                return state
            time.sleep(0.2)

    def _must(self, answer: httpx.Response) -> State:
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return dict(answer.json())


def answers_soon(number: str) -> bool:
    """Whether the simulated carrier lets somebody answer there within moments, so that no test waits for a telephone to ring out."""
    going = ringing(SEED, number, datetime.now(UTC) + LEAVES_AFTER)
    return going.happening == "answered" and going.after_seconds < QUICK
