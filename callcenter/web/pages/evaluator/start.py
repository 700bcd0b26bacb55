"""Where the evaluator begins: what there is, how far it has come."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.response_rates.cohorts import named_rates
from callcenter.response_rates.queries import study_counts
from callcenter.studies import queries
from callcenter.studies.queries import studies
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/evaluator")


@router.get("")
def start(request: Request, session: Work, person: Annotated[Person, allow("evaluator", "commissioner")]) -> Response:
    """Every population that was drawn, with its counts and rates."""
    found = [(study, study_counts(session, study.id or 0)) for study in studies(session)]
    drawn = [(study, populations) for study, populations in found if populations]
    pools = {study.id: _pools(session, study.id or 0, [each.population_id for each in populations]) for study, populations in drawn}
    return page(request, person, "evaluator/start.html", found=drawn, named_rates=named_rates, pools=pools)


def _pools(session: Session, study_id: int, drawn: Sequence[int]) -> list[tuple[str, str]]:
    """Title and address of what has several drawn populations: items, topics, whole stages."""
    pools: list[tuple[str, str]] = []
    for stage in queries.stages(session, study_id):
        items = {item.id: item for item in queries.items(session, stage.id or 0)}
        of_stage = [items[each.item_id] for each in queries.populations(session, stage.id or 0) if each.id in drawn]
        by_item, by_topic = Counter(item.number for item in of_stage), Counter(item.topic_number for item in of_stage)
        named = {topic.number: topic.title for topic in queries.topics(session, study_id)}
        at = f"/evaluator/pools/{stage.id}"
        pools += [(_("任务{n} {title}", n=n, title=""), f"{at}/item-{n}") for n, count in by_item.items() if count > 1]
        pools += [(_("主题{n} {title}", n=n, title=named.get(n, "")), f"{at}/topic-{n}") for n, count in by_topic.items() if count > 1]
        pools += [(stage.title, f"{at}/all")] if len(of_stage) > 1 else []
    return pools
