"""How often one enterprise, and one telephone, may be contacted over all populations in a period.

What the cap stops follows declared population order and permanent random number, not who called first: a case that has been begun
cannot be undone, every other gives way to those that stand before it. What is stopped stays sampled and is not replaced.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Contact:
    """A released case: whom it would contact, and where it stands."""

    case: int
    unit_key: str
    numbers: tuple[str, ...]
    population: tuple[int, ...]
    """Sorts as the declared order of populations."""
    prn: str
    begun: bool = False
    """Called already, or in somebody's hands."""


@dataclass(frozen=True)
class Stopped:
    """A case that the cap stops, and whether it is its enterprise or its telephones that were contacted often enough."""

    case: int
    by: Literal["enterprise", "telephone"]


def stopped(contacts: Iterable[Contact], most: int) -> list[Stopped]:
    """The cases that must not be called, where nobody is contacted for more than `most` of them.

    A case counts for its enterprise and for each of its numbers; it is stopped by telephone only when every number is used up.
    """
    enterprises, telephones = Counter[str](), Counter[str]()
    found: list[Stopped] = []
    for contact in sorted(contacts, key=lambda one: (not one.begun, one.population, one.prn, one.unit_key, one.case)):
        used_up = bool(contact.numbers) and all(telephones[number] >= most for number in contact.numbers)
        if not contact.begun and (enterprises[contact.unit_key] >= most or used_up):
            found.append(Stopped(contact.case, "telephone" if enterprises[contact.unit_key] < most else "enterprise"))
            continue
        enterprises[contact.unit_key] += 1
        telephones.update(set(contact.numbers))
    return found
