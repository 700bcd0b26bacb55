"""What a unit declares of its delivery and what we find: asked columns, stated total, policy month, period, what is still open."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from callcenter.lists import queries, stated
from callcenter.lists.asks import Listed, asks
from callcenter.lists.columns import MATTER


def declared(session: Session, population: Any, leads: Sequence[str], department: str, receipt: queries.Receipt | None) -> dict[str, Any]:
    """For the unit's page of a population, or for the receipt of one of its lists: what is asked, stated, found and open."""
    asked = asks(_as_listed(population))
    says = queries.statement(session, population.id, department, list(leads))
    received = queries.received(session, population.id).get(department, stated.Received())
    within = asked.within(says.policy_month)
    found = receipt.findings if receipt and receipt.state in {"judged", "replaced"} else {}
    return {
        "asked": asked,
        "extra": [column.name for column in asked.columns if column.name != MATTER],
        "stated": says,
        "received": received,
        "within": within,
        "doubts": [*stated.foreign_receipt(found, population.code, population.title), *stated.doubts(asked, says, received)],
        "still_open": stated.still_open(asked, says, received, found),
        "findings": found,
        "told": stated.findings_told(asked, found),
        "outside": queries.outside(session, receipt.id, within) if receipt and found and within else 0,
        "undated": found.get("rows", 0) - found.get("dated", 0) if asked.dates else 0,
    }


def _as_listed(population: Any) -> Listed:
    listed: Listed = population
    return listed
