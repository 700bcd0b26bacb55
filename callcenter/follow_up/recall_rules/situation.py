"""What a recall rule looks at, and what it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.priority import FRESH, RECALL
from callcenter.follow_up.appointments import Wish

NOBODY = frozenset({"no_answer", "switched_off", "unreachable", "declined_ring"})
UNREACHED = NOBODY | {"busy", "answering_machine", "blocked", "suspended"}
"""Attempts that reached no person: these are capped."""
NO_ATTEMPT = frozenset({"carrier_failure", "do_not_call"})
USABLE = ("untried", "good", "suspended")

Action = Literal["call", "close", "trace"]
Phone = Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """The numbers of the recall table; a study's settings override them."""

    attempts: int = 6
    workdays: int = 3
    a_day: int = 2
    gap_minutes: int = 90
    busy_minutes: int = 20
    busy_a_day: int = 3
    suspended_workdays: int = 2
    suspended_times: int = 2
    refusal_workdays: int = 3
    own_operator_minutes: int = 5
    blocked_times: int = 3
    blocked_lines: int = 2
    line_stays_for: int = 3
    """A never-reached case moves to another line after so many attempts."""
    failure_minutes: int = 2
    whole: int = 15
    """Attempts of any kind after which a case is closed whatever was promised: nobody is called for ever."""


def read_rules(settings: Mapping[str, Any]) -> Rules:
    """The rules of a study's settings: `calling.caps` and `recall` by the names above; unknown names are the study check's affair."""
    given = {**settings.get("calling", {}).get("caps", {}), **settings.get("recall", {})}
    known = {name: int(value) for name, value in given.items() if name in Rules.__dataclass_fields__}
    return replace(Rules(), **known)


@dataclass(frozen=True)
class Past:
    """One attempt of the case's history."""

    at: datetime
    outcome: str
    phone: str = ""
    line: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    incoming: bool = False
    """The enterprise called us: a contact, no attempt of ours."""

    @property
    def counts(self) -> bool:
        """Whether it was an attempt of ours at all."""
        return self.outcome not in NO_ATTEMPT and not self.incoming


@dataclass(frozen=True)
class Decision:
    """What happens to the case: `call` again at `due_at`, `close` it, or `trace` a number for it; `why` is a code for the timeline."""

    action: Action
    why: str
    due_at: datetime | None = None
    rank: int = RECALL
    own_operator: bool = False
    anyone_from: datetime | None = None
    needs_conversion: bool = False
    change_line: bool = False
    do_not_call: bool = False
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True)
class Situation:
    """All that a rule may look at. `history` is oldest first and ends with the attempt to be judged."""

    history: Sequence[Past]
    now: datetime
    hours: ch.Hours
    rules: Rules
    phones: tuple[Phone, ...]
    persons: bool = False
    rank: int = FRESH
    """The rank the case had when it was handed out: a carrier's failure leaves it as it was."""
    wish: Wish | None = None
    """The appointment asked for in this attempt, already checked."""

    @property
    def last(self) -> Past:
        """The attempt to be judged."""
        return self.history[-1]

    def times(self, *outcomes: str) -> int:
        """How often these outcomes were met."""
        return sum(past.outcome in outcomes for past in self.history)
