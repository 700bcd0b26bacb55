"""One call, several cases: what the call was for each of them, from what its operator told and how far each interview came. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callcenter.calls.dispositions import APPOINTMENTS, Limits, by_completeness

OF_ONE_MATTER = frozenset({"complete", "partial", "matter_denied", "not_eligible"})
"""Outcomes that speak of the matter being asked; all others speak of the person on the line, and so of every matter left."""

OF_THE_NUMBER = frozenset(
    {"no_answer", "switched_off", "unreachable", "declined_ring", "busy", "answering_machine", "dead_number", "suspended", "blocked"}
)
"""Outcomes that speak of the number or the call: they hold for all matters, but for an interview that was held on it after all."""


@dataclass(frozen=True)
class Standing:
    """How far a case's interview came in this call. `through`: to the end of its route; `brought`: the outcome its answers bring."""

    case_id: int
    through: bool = False
    share: float = 0.0
    brought: str | None = None


def asked(standings: Sequence[Standing]) -> int:
    """The place of the case that is being asked: the first that is not through, else the last."""
    return next((place for place, standing in enumerate(standings) if not standing.through), len(standings) - 1)


def outcomes(told: str, standings: Sequence[Standing], limits: Limits, said: Mapping[int, str] | None = None) -> dict[int, str]:
    """The outcome of every case, in the order of the bundle; `said` are the cases for which the operator told one of their own.

    What is told ends the case being asked. A case that is through keeps what its own answers say, unless it shares with the one
    being asked the answer that was overruled. A case whose matter was not reached ends as the person does, or is broken off and
    can be resumed where only the other matter was spoken of. What was wrong with the number was so for every case; a wrong number
    takes back even what was answered there.
    """
    of_asked = _own(standings[asked(standings)], limits)
    found = {}
    for place, standing in enumerate(standings):
        own = _own(standing, limits)
        if place == asked(standings) or told == "wrong_number" or (told in OF_THE_NUMBER and own not in {"complete", "partial"}):
            found[standing.case_id] = told
        elif own is None or (own in APPOINTMENTS and told not in APPOINTMENTS):
            found[standing.case_id] = "broken_off" if told in OF_ONE_MATTER else told
        else:
            found[standing.case_id] = told if standing.brought and own == of_asked else own
    return {**found, **{case_id: outcome for case_id, outcome in (said or {}).items() if case_id in found}}


def _own(standing: Standing, limits: Limits) -> str | None:
    if not standing.through:
        return None
    return standing.brought or by_completeness(standing.share, limits)
