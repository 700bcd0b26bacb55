"""A simulated operator: works at the operators' JSON interface as a person would, one step at a time in field time.

Each step does what is due and says when the next one is. Whom they hear at the other end is decided by the same seeded
respondents that the simulated carrier asks, so that both tell the same story.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from callcenter.simulation.browser import Browser
from callcenter.simulation.respondents import Enterprise
from callcenter.telephony.carrier.respondents import ZONE, Reply, Ringing, chance, heard, reply, ringing

State = dict[str, Any]
SETTING_UP = timedelta(seconds=3)
"""What the carrier takes until it rings or hears from the network."""
LEAVES_AFTER = timedelta(seconds=1)
BREAKS_OFF = 0.03
"""Share of interviews that are cut short by something at the other end."""
LEASE_LEFT = timedelta(seconds=150)
GREETING_SECONDS = 20


@dataclass
class World:
    """What all simulated people share: the seed, the talks each number has had, the questions seen, and what was done."""

    seed: str
    talks: dict[str, int] = field(default_factory=dict)
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    refusals: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: str) -> None:
        """Note that an outcome was posted."""
        self.done[outcome] = self.done.get(outcome, 0) + 1


class Operator:
    """One operator at their console. `wake` is when they act next; `idle` while the queue has nothing for them."""

    def __init__(self, browser: Browser, world: World, start: datetime) -> None:
        self.browser, self.world = browser, world
        self.wake = start
        self.idle = False
        self.expects_more = True
        """Whether the queue named a time at which there will be something."""
        self.hung_up = False
        """Whether the last step ended a call, of which the carrier still has to tell."""
        self.placed_at: datetime | None = None
        self._step: Callable[[datetime], None] = self._ask_for_case
        self._state: State = {}
        self._call: Ringing | None = None
        self._reply: Reply | None = None
        self._asked = 0
        self._breaks_at: int | None = None

    @property
    def name(self) -> str:
        """Their log-in."""
        return self.browser.username

    def act(self, now: datetime) -> None:
        """Do what is due at `now` and decide when to act next."""
        self.idle = self.hung_up = False
        self.placed_at = None
        self._keep_lease(now)
        self._step(now)

    def _then(self, step: Callable[[datetime], None], at: datetime) -> None:
        self._step, self.wake = step, at

    def _after(self, now: datetime, seconds: float) -> datetime:
        return now + timedelta(seconds=seconds)

    def _post(self, path: str, body: object = None) -> bool:
        """Send something; keep the state that comes back. False where it was refused."""
        status, document = self.browser.api("POST", path, body or {})
        if status == 401:
            self.browser.log_in()
            status, document = self.browser.api("POST", path, body or {})
        if status >= 400:
            why = f"{path} {status} {document.get('why')}"
            self.world.refusals[why] = self.world.refusals.get(why, 0) + 1
            return False
        self._state = document
        return True

    def _look(self) -> None:
        status, document = self.browser.api("GET", "state")
        if status < 400:
            self._state = document

    def _keep_lease(self, now: datetime) -> None:
        lease = self._state.get("lease")
        if lease and datetime.fromisoformat(lease["expires_at"]) - now < LEASE_LEFT:
            self._post("heartbeat")

    def _ask_for_case(self, now: datetime) -> None:
        if not self._post("next"):
            self._then(self._ask_for_case, self._after(now, 60))
            return
        if self._state.get("lease"):
            self._then(self._dial, self._after(now, 8))
            return
        due = (self._state.get("none") or {}).get("next_due_at")
        self.idle, self.expects_more = True, due is not None
        self._then(self._ask_for_case, max(datetime.fromisoformat(due), self._after(now, 30)) if due else self._after(now, 3600))

    def _dial(self, now: datetime) -> None:
        if not self._post("dial", {"phone": self._number()}):
            self._then(self._put_back, self._after(now, 5))
            return
        self.world.calls += 1
        self.placed_at = now
        attempt = self._state["attempt"]
        self._call = ringing(self.world.seed, attempt["phone"], now + LEAVES_AFTER)
        seconds = min(self._call.after_seconds, 30 if self._call.happening == "no_answer" else 60)
        self._then(self._listen, now + SETTING_UP + timedelta(seconds=seconds + 2))

    def _number(self) -> str | None:
        """The first number not known to be dead or wrong."""
        for phone in self._state["lease"]["phones"]:
            if phone.get("state") not in {"dead", "wrong"}:
                return str(phone["number"])
        return None

    def _put_back(self, now: datetime) -> None:
        self._post("give-back")
        self._then(self._ask_for_case, self._after(now, 60))

    def _listen(self, now: datetime) -> None:
        """Look at the call's state once the network must have spoken."""
        self._look()
        attempt = self._state.get("attempt")
        if not self._state.get("lease") or not attempt or self._call is None:
            self._then(self._ask_for_case, self._after(now, 5))
        elif self._call.happening != "answered":
            self._when_unanswered(now, attempt["state"])
        elif attempt["state"] == "answered":
            self._greet(now, attempt["phone"])
        elif attempt["ended_at"]:
            self._end_with("no_answer", now)
        else:
            self._then(self._listen, self._after(now, 3))

    def _when_unanswered(self, now: datetime, state: str) -> None:
        assert self._call is not None  # noqa: S101  # asked by _listen alone
        if state in {"busy", "no_answer", "failed", "canceled", "completed"}:
            self._end_with(heard(self._call), now)
        else:
            self._then(self._listen, self._after(now, 3))

    def _greet(self, now: datetime, number: str) -> None:
        assert self._call is not None  # noqa: S101  # asked by _listen alone
        earlier = self.world.talks.get(number, 0)
        self._reply = reply(self.world.seed, number, earlier, self._call)
        if not self._call.machine:
            self.world.talks[number] = earlier + 1
        if self._reply.outcome == "willing":
            draw = chance(self.world.seed, number, "breaks off", earlier)
            self._asked, self._breaks_at = 0, 4 + int(draw / BREAKS_OFF * 8) if draw < BREAKS_OFF else None
            self._then(self._answer, self._after(now, GREETING_SECONDS))
        else:
            self._then(self._tell_reply, self._after(now, 25))

    def _answer(self, now: datetime) -> None:
        """Read one question, hear and save one answer."""
        interview = self._state.get("interview")
        if interview is None:
            self._look()
            interview = self._state.get("interview")
        if interview is None or not (self._state.get("attempt") or {}).get("id"):
            self._then(self._say_goodbye, now)
            return
        if interview["complete"] or interview["question"] is None or self._asked == self._breaks_at:
            self._say_goodbye(now)
            return
        question = interview["question"]
        self.world.questions[question["name"]] = question
        self._save(question, now)
        self._asked += 1
        seconds = 6 + 10 * chance(self.world.seed, self._enterprise().name, question["name"], "seconds")
        self._then(self._answer, self._after(now, round(seconds)))

    def _enterprise(self) -> Enterprise:
        return Enterprise(self.world.seed, str(self._state["lease"]["enterprise"]))

    def _save(self, question: dict[str, Any], now: datetime) -> None:
        who = self._enterprise()
        without = who.nonanswer(question)
        given = {
            "question": question["name"],
            "instance": question.get("instance", ""),
            "value": None if without else who.answer(question),
            "nonanswer": without,
            "shown_at": (now - timedelta(seconds=8)).isoformat(),
        }
        if self._post("answer", given):
            return
        offered = [choice["value"] for choice in question.get("nonanswers") or []]
        if not offered or not self._post("answer", given | {"value": None, "nonanswer": offered[0]}):
            self._asked = self._breaks_at = 99  # a question without an answer ends the interview

    def _say_goodbye(self, now: datetime) -> None:
        """End an interview's call; its outcome is told in wrap-up."""
        self._post("hang-up")
        self.hung_up = True
        self._then(self._tell_interview, self._after(now, 12))

    def _tell_interview(self, now: datetime) -> None:
        self._end_with(outcome_of(self._state.get("interview") or {}, self._state.get("outcomes") or []), now)

    def _tell_reply(self, now: datetime) -> None:
        """Tell what was said at the other end; that ends the call too."""
        assert self._reply is not None  # noqa: S101  # nobody replied before the greeting
        self.hung_up = True
        self._end_with(self._reply.outcome, now)

    def _end_with(self, outcome: str, now: datetime) -> None:
        detail = self._detail(outcome, now)
        if self._post("outcome", {"outcome": outcome, "detail": detail}):
            self.world.count(outcome)
            self._then(self._ask_for_case, self._after(now, 15))
        else:
            self._look()
            offered = self._state.get("outcomes") or []
            if self._state.get("lease") and offered and outcome not in offered:
                self._then(lambda later: self._end_with(self._nearest(outcome, offered), later), self._after(now, 5))
            else:
                self._then(self._put_back if self._state.get("lease") else self._ask_for_case, self._after(now, 30))

    def _nearest(self, outcome: str, offered: list[str]) -> str:
        order = {"complete": ["partial", "broken_off"], "partial": ["complete", "broken_off"], "broken_off": ["partial", "soft_refusal"]}
        return next((other for other in order.get(outcome, []) if other in offered), offered[0])

    def _detail(self, outcome: str, now: datetime) -> State:
        if outcome not in {"appointment_hard", "appointment_soft"} or self._reply is None:
            return {}
        hours = self._reply.call_again_in_hours or 24.0
        at = office_hour(now + timedelta(hours=hours))
        return {"appointment": {"at": at.isoformat(), "kind": outcome.removeprefix("appointment_"), "with_whom": "经办人", "note": ""}}


def office_hour(at: datetime) -> datetime:
    """The same moment, or the next full hour of a weekday's office in Tianjin."""
    local = at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    while local.weekday() > 4 or not 9 <= local.hour <= 16 or local.hour == 12:
        local += timedelta(hours=1)
    return local


def outcome_of(interview: State, offered: list[str]) -> str:
    """What an interview that ended as it stands amounts to: what the console offers first, if it went its whole way."""
    if interview.get("complete") and offered:
        return offered[0]
    return "partial" if offered[:1] == ["partial"] else "broken_off"
