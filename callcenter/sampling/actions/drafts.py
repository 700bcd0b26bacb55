"""Designs kept for comparison, before one is fixed."""

from typing import Any

from sqlmodel import Session, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.operations.actions import record
from callcenter.sampling import queries
from callcenter.sampling.design import read_wishes
from callcenter.sampling.tables import DesignDraft
from callcenter.studies.tables import Population


def save_draft(session: Session, *, population_id: int, name: str, document: dict[str, Any], user_id: int | None) -> DesignDraft:
    """Keep a design under a name, to be compared with others; the same name again with the same design is no second one."""
    name = " ".join(name.split())[:60]
    if not name:
        raise InvalidInput("no_draft_name", "请给备选方案起个名称。")
    wanted = read_wishes(document).model_dump()
    if session.exec(select(Population).where(Population.id == population_id).with_for_update(key_share=True)).first() is None:
        raise NotFound("no_population", "没有这个样本总体，请从清单重新选择。")
    same = select(DesignDraft).where(DesignDraft.population_id == population_id, DesignDraft.name == name)
    standing = session.exec(same).first()
    if standing is not None:
        if standing.document == wanted:
            return standing
        raise Conflict("draft_name_taken", "已有名为“{name}”的备选方案：请换一个名称，或先删除原来的。", name=name)
    draft = DesignDraft(population_id=population_id, name=name, document=wanted, saved_at=clock.now(), saved_by=user_id)
    session.add(draft)
    session.flush()
    record(session, user_id, "draft_saved", "population", population_id, detail={"name": name})
    return draft


def remove_draft(session: Session, population_id: int, draft_id: int, user_id: int | None) -> None:
    """Forget a design that was only kept for comparison."""
    session.get(Population, population_id, with_for_update={"key_share": True})  # as above: of two at once the second finds none
    draft = queries.draft(session, population_id, draft_id)
    session.delete(draft)
    session.flush()
    record(session, user_id, "draft_removed", "population", population_id, detail={"name": draft.name})
