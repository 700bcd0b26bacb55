"""When lists may be sent: the intake phase of a stage, as it stands for a unit today."""

from sqlmodel import Session

from callcenter import clock
from callcenter.errors import Refused
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.windows import Window


def window(session: Session, stage_id: int, unit: str | None = None) -> Window:
    """The upload window of a stage today, for the unit where one is named."""
    return studies.intake(session, stage_id).window(field_day(clock.now()), unit)


def window_of(session: Session, population_id: int, unit: str) -> Window:
    """The upload window of a population today."""
    return window(session, studies.population(session, population_id).stage_id, unit)


def check_window(session: Session, population_id: int, unit: str) -> None:
    """Refuse what is sent outside the window: when it was or will be, and whom to ask."""
    found = window_of(session, population_id, unit)
    if found.open:
        return
    days = {"first": found.first_day, "last": found.last_day, "hotline": hotline(session, population_id)}
    if found.over:
        raise Refused("window_closed", "现在不在名单报送期内：{first} 至 {last} 已经结束。请拨打评估机构电话 {hotline} 申请延期。", **days)
    raise Refused("window_closed", "现在不在名单报送期内：{first} 至 {last} 才开放。如有疑问请拨打评估机构电话 {hotline}。", **days)


def hotline(session: Session, population_id: int) -> str:
    """The evaluator's number for the population's topic, else the study's general one."""
    item = studies.item(session, studies.population(session, population_id).item_id)
    study = studies.study_of_population(session, population_id)
    topic = next((topic for topic in studies.topics(session, study.id or 0) if topic.number == item.topic_number), None)
    return (topic.hotline if topic else "") or str(study.settings.get("contact", "–"))
