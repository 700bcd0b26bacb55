"""The forecast of each study, worked out by the timetable and kept for boards: they read little and compute nothing."""

from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from callcenter import clock
from callcenter.follow_up import queries
from callcenter.follow_up.forecast import as_document, forecast, operators_needed
from callcenter.follow_up.queries import Standing
from callcenter.follow_up.tables import KeptForecast
from callcenter.operations.actions import notify
from callcenter.studies import queries as studies

LASTS = timedelta(hours=1)


def keep_forecasts(session: Session) -> int:
    """Work out what the field of every study will still bring, or why that cannot be said; how many forecasts there are.

    One that was worked out within the hour stays, as long as only calls came since.
    """
    return sum(_of_study(session, study.id or 0) for study in studies.studies(session))


def _of_study(session: Session, study_id: int) -> bool:
    now = clock.now()
    kept = queries.kept_forecast(session, study_id)
    if kept is not None and kept.why_not is None and abs(now - kept.at) < LASTS and not queries.moved_since(session, study_id, kept.at):
        return True
    why_not, outlook = _worked_out(queries.standing(session, study_id, now))
    values = {"at": now, "why_not": why_not, "outlook": outlook}
    renewed = insert(KeptForecast).values(study_id=study_id, **values)
    session.execute(renewed.on_conflict_do_update(index_elements=["study_id"], set_=values))
    notify(session, f"board_{study_id}")
    return why_not is None


def _worked_out(now: Standing) -> tuple[str | None, dict[str, Any]]:
    if not now.strata or not now.days:
        return "not_in_field", {}
    found = forecast(now.strata, now.days, operators=now.operators, calls_a_day=now.calls_a_day, first_share=now.left_today)
    if found is None:
        return "not_enough_data", {}
    needed = operators_needed(now.strata, now.days, calls_a_day=now.calls_a_day, first_share=now.left_today)
    return None, {**as_document(found), "operators_needed": needed, "own_pace": now.own_pace}
