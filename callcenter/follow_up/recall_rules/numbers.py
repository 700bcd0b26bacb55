"""The numbers of a case after an outcome: which are left, which comes next."""

from collections.abc import Sequence
from datetime import datetime

from callcenter.follow_up.recall_rules.situation import NO_ATTEMPT, UNREACHED, USABLE, Phone, Situation


def phones_after(situation: Situation) -> tuple[Phone, ...]:
    """The case's numbers, the next one to dial first: a wrong or dead one is marked, after a gatekeeper the second comes first.

    A number stays where it is if a person to ask for at it was told in this very call.
    """
    last = situation.last
    state = state_of_number(situation)
    marked = [{**phone, "state": state} if state and phone["number"] == last.phone else phone for phone in situation.phones]
    second_first = last.outcome in {"gatekeeper", "informant_absent", "matter_denied"}
    return tuple(sorted(marked, key=lambda phone: (not usable((phone,)), second_first and _is_behind(phone, situation))))


def told_after(phone: Phone, moment: datetime) -> bool:
    """Whether a person to ask for at the number was told after that moment."""
    person = phone.get("person")
    return person is not None and datetime.fromisoformat(str(person["at"])) > moment


def _is_behind(phone: Phone, situation: Situation) -> bool:
    return bool(phone["number"] == situation.last.phone) and not told_after(phone, situation.last.at)


def usable(phones: Sequence[Phone]) -> bool:
    """Whether any number is left to dial."""
    return any(phone.get("state", "untried") in USABLE for phone in phones)


def state_of_number(situation: Situation) -> str | None:
    """What the last outcome says of the number dialled; none where it says nothing."""
    last = situation.last
    if last.outcome == "suspended":
        met = sum(past.outcome == "suspended" and past.phone == last.phone for past in situation.history)
        return "dead" if met > situation.rules.suspended_times else "suspended"
    fixed = {"wrong_number": "wrong", "dead_number": "dead"}
    if last.outcome in fixed:
        return fixed[last.outcome]
    return None if last.outcome in UNREACHED | NO_ATTEMPT else "good"
