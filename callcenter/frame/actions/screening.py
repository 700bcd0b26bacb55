"""Setting the screening rules of a population: a new version each time, with a reason, and never once the seed can be known."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import queries
from callcenter.frame.screening import read_rules, sha256_of
from callcenter.frame.tables import Screening
from callcenter.operations.actions import record

STANDS = "free", "seed_known", "drawn"
"""How far the population's draw is: rules may change · the seed can be known · a sample is drawn (rules for supplements only)."""


def set_rules(
    session: Session,
    population_id: int,
    document: Mapping[str, Any],
    *,
    why: str,
    user_id: int | None,
    stands: str,
    seen: int | None = None,
) -> Screening:
    """Make the next version of a population's rules; `seen` is the version that the change was made from (0: none)."""
    if stands == "seed_known":
        raise Refused("rules_fixed", "公开值已经可以知道，筛选规则不能再改：这次抽样完成后，新规则只用于补充框。")
    if not why.strip():
        raise InvalidInput("no_reason_for_rules", "请写明为什么这样筛选，例如依据的文件或与委托单位的约定。")
    rules = read_rules(document)
    session.connection().execute(text("SELECT id FROM populations WHERE id = :id FOR NO KEY UPDATE"), {"id": population_id})
    newest = next(iter(queries.screenings(session, population_id)), None)
    version = newest.version if newest else 0
    if seen is not None and seen != version:
        raise Conflict("rules_changed", "您打开之后别人改过筛选规则（现在是第 {version} 版）：请看过再改。", version=version)
    supplement = stands == "drawn"
    digest = sha256_of(rules.document)
    if digest == (newest.sha256 if newest else sha256_of({})) and supplement == (newest.supplement if newest else False):
        raise Conflict("rules_unchanged", "筛选规则与第 {version} 版相同，没有保存新的一版。", version=version)
    made = Screening(
        population_id=population_id, version=version + 1, document=rules.document, sha256=digest, supplement=supplement,
        at=clock.now(), by=user_id, why=why.strip(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = {"population": population_id, "version": made.version, "sha256": digest, "rules": len(rules.rules)}
    record(session, user_id, "set_screening", "population", population_id, detail=detail, reason=made.why)
    return made
