"""What a preview is made from: while that is the same, so is the preview.

Of other populations only the codes count that would change a unit here. To look for them takes a pass over the study's lists, so it is
left out while those lists are the ones that were looked through last.
"""

import hashlib
import json
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.frame.queries.codes import codes_taken_over, digest, other_lists
from callcenter.frame.queries.merging import current_screening, order_of
from callcenter.frame.tables import Frame

PARTS = ("lists", "months", "order", "rules", "after", "codes")
"""Own lists that count · policy months stated · reporting order · screening rules · frames before a supplement · codes taken over."""
_LISTS = "SELECT id FROM submissions WHERE population_id = :population AND state = 'judged' ORDER BY id"
_MONTHS = """
SELECT DISTINCT ON (department) department, coalesce(policy_month, '') FROM list_statements
WHERE population_id = :population ORDER BY department, id DESC
"""


def own_sources(session: Session, population_id: int, *, supplement: bool) -> dict[str, Any]:
    """Everything but the codes."""
    lists, months = (session.connection().execute(text(query), {"population": population_id}).all() for query in (_LISTS, _MONTHS))
    newest = select(Frame.id).where(Frame.population_id == population_id).order_by(col(Frame.id).desc())
    rules = current_screening(session, population_id, supplement=supplement)
    return {
        "lists": [row[0] for row in lists],
        "months": [list(row) for row in months if row[1]],
        "order": order_of(session, population_id),
        "rules": rules.sha256 if rules else "",
        "after": session.exec(newest).first() if supplement else "whole",
    }


def sources(session: Session, population_id: int, *, supplement: bool, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a preview made now would be made from; `known` is what an earlier one was, which may spare the search for codes."""
    own = own_sources(session, population_id, supplement=supplement)
    others = other_lists(session, population_id)
    looked_through = bool(known) and known is not None and known.get("others") == others and known.get("lists") == own["lists"]
    codes = known["codes"] if looked_through and known else digest(codes_taken_over(session, population_id))
    return own | {"codes": codes, "others": others}


def fingerprint(made_from: dict[str, Any]) -> str:
    """A hash of all that makes a preview what it is; which other lists were looked through does not."""
    written = json.dumps({part: made_from[part] for part in PARTS}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def changed(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The parts that are not what they were."""
    return [part for part in PARTS if then.get(part) != now.get(part)] if then else []
