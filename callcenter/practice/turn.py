"""Where a practice stands: an invented case, a call that nobody places, a questionnaire that is really walked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from callcenter.errors import Refused
from callcenter.interviews.answers import judge
from callcenter.interviews.session import Reading, previous
from callcenter.questionnaire.routing import Course, Given, find_route, key_of

RINGS = timedelta(seconds=2)
MOST_ANSWERS = 5_000


@dataclass(frozen=True)
class Turn:
    """One invented case after the other; moments are ISO 8601, so that the whole is plain JSON."""

    number: int = 1
    taken: bool = False
    placed_at: str | None = None
    answered_at: str | None = None
    ended_at: str | None = None
    answers: dict[str, tuple[Any, str | None]] = field(default_factory=dict)
    """Value and non-answer by key, in the order given."""
    position: str | None = None
    saved_at: str | None = None
    told: str | None = None
    """The outcome of the case before, until the next is taken."""

    @property
    def call(self) -> str | None:
        """The state of the call; none before it is dialled."""
        if self.placed_at is None:
            return None
        return "completed" if self.ended_at else "answered" if self.answered_at else "ringing"

    @property
    def given(self) -> dict[str, Given]:
        """The answers as the engine takes them."""
        return {key: Given(value, nonanswer) for key, (value, nonanswer) in self.answers.items()}


def begun(now: datetime) -> Turn:
    """A case whose call was just taken: where a preview begins."""
    return Turn(taken=True, placed_at=now.isoformat(), answered_at=now.isoformat())


def settled(turn: Turn, now: datetime) -> Turn:
    """The same after as long as it rings: somebody always takes a practice call."""
    if turn.call == "ringing" and turn.placed_at and now - datetime.fromisoformat(turn.placed_at) >= RINGS:
        return replace(turn, answered_at=now.isoformat())
    return turn


def take(turn: Turn) -> Turn:
    """The next case; who has one keeps it."""
    return turn if turn.taken else Turn(number=turn.number + (turn.told is not None), taken=True)


def dial(turn: Turn, now: datetime) -> Turn:
    """Call it, once however often it is pressed; no line is asked."""
    _has_case(turn)
    return turn if turn.placed_at else replace(turn, placed_at=now.isoformat())


def hang_up(turn: Turn, now: datetime) -> Turn:
    """End the call; its outcome is told next."""
    _has_case(turn)
    return replace(turn, ended_at=now.isoformat()) if turn.placed_at and not turn.ended_at else turn


def give_back(turn: Turn) -> Turn:
    """Return the case before it was called."""
    if turn.placed_at:
        raise Refused("outcome_first_then_back", "这个个案已经拨打过：请登记结果，不能直接交还。")
    return replace(turn, taken=False)


def answer(turn: Turn, reading: Reading, key: str, *, value: Any, nonanswer: str | None, now: datetime) -> Turn:
    """The answer kept, as in a real interview; InvalidInput or Refused where it cannot stand."""
    if turn.call not in {"answered", "completed"}:
        raise Refused("nobody_answered", "电话还没有接通，不能记录回答。")
    course = Course(reading.definition, turn.given, reading.moment, reading.seed, asking=True, telling=reading.telling)
    given = judge(course, key, value, nonanswer)
    if len(turn.answers) >= MOST_ANSWERS:
        raise Refused("practice_too_long", "这次练习的回答太多：请登记结果，再取下一个。")
    answers = {**turn.answers, key: (given.value, given.nonanswer)}
    return replace(turn, answers=answers, position=None, saved_at=now.isoformat())


def back(turn: Turn, reading: Reading) -> Turn:
    """Show the question before; at the first one it stays there."""
    route = find_route(reading.definition, turn.given, reading.moment, reading.seed, asking=True)
    earlier = previous(route, turn.position)
    return turn if earlier is None else replace(turn, position=earlier)


def tell(turn: Turn, outcome: str, offered: list[str]) -> Turn:
    """End the turn with one of the outcomes offered; the case is gone."""
    _has_case(turn)
    if outcome not in offered:
        raise Refused("outcome_not_offered", "现在不能登记这个结果：请先拨打，或看右边列出的结果。")
    return Turn(number=turn.number, told=outcome)


def pressed(turn: Turn, what: str, given: Mapping[str, Any], reading: Reading, now: datetime) -> Turn:
    """What a key of the console does to the turn; outcomes are told by `tell`."""
    if what == "answer":
        key = key_of(str(given.get("question") or "")[:200], str(given.get("instance") or "")[:200])
        return answer(turn, reading, key, value=given.get("value"), nonanswer=given.get("nonanswer") or None, now=now)
    done = {
        "next": lambda: take(turn),
        "dial": lambda: dial(turn, now),
        "hang-up": lambda: hang_up(turn, now),
        "back": lambda: back(turn, reading),
        "give-back": lambda: give_back(turn),
    }
    return done[what]() if what in done else turn


def _has_case(turn: Turn) -> None:
    if not turn.taken:
        raise Refused("practice_no_case", "请先取一个练习个案。")
