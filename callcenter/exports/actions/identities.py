"""Identities: who may take them out of the house, and when they are detached from answers."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Forbidden, InvalidInput, NotFound, Refused
from callcenter.exports.actions.erasing import CALLED, ERASED, POPULATIONS, WHERE
from callcenter.exports.pseudonyms import pseudonym
from callcenter.exports.queries.packages import detached
from callcenter.exports.tables import Detachment, IdentityGrant
from callcenter.operations.actions import record
from callcenter.people.queries import user_by_name
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.tables import Study

LONGEST_GRANT = 31
"""Days for which identities may be granted at a time."""
KEYED = ("cases", "draw_units", "frame_units", "screened_units")


def grant(session: Session, study_id: int, username: str, by: str, *, until: datetime, reason: str) -> IdentityGrant:
    """Let a person take identities of a study out of the house until a moment; an administrator says so, and why."""
    user, giver = user_by_name(session, username), user_by_name(session, by)
    if user is None or giver is None:
        raise NotFound("no_such_user", "没有名为 {user} 的用户。", user=username if user is None else by)
    if giver.role != "administrator" or user.role != "evaluator" or giver.id == user.id:
        raise Forbidden("grant_not_yours", "身份导出权由管理员授予评估人员，不能授予自己。")
    if not user.active:
        raise Refused("grant_to_nobody", "{user} 的账户已停用，不能授予身份导出权。", user=user.username)
    now = clock.now()
    if not reason.strip() or not now < until <= now + timedelta(days=LONGEST_GRANT):
        raise InvalidInput("grant_needs_reason", "请写明理由，期限在 1 到 {most} 天之间。", most=LONGEST_GRANT)
    if detached(session, study_id):
        raise Refused("identities_detached", "这项研究的身份信息已与答案分离，不能再导出。")
    made = IdentityGrant(
        study_id=study_id, user_id=user.id or 0, granted_at=now, granted_by=giver.id or 0, until=until, reason=reason.strip()
    )
    session.add(made)
    session.flush()
    ends = until.astimezone(FIELD_ZONE).isoformat(timespec="minutes")
    detail = {"study": study_id, "until": ends, "grant": made.id}
    record(session, giver.id, "identities_granted", "user", user.id, detail=detail, reason=made.reason)
    return made


def revoke(session: Session, study_id: int, username: str, by: str, *, reason: str) -> int:
    """Take the right back, from now on; how many grants that ended."""
    user, taker = user_by_name(session, username), user_by_name(session, by)
    if user is None or taker is None:
        raise NotFound("no_such_user", "没有名为 {user} 的用户。", user=username if user is None else by)
    if taker.role != "administrator" or not reason.strip():
        raise Forbidden("revoke_not_yours", "身份导出权由管理员收回，并写明理由。")
    held = session.exec(select(IdentityGrant).where(*_holds(study_id, user.id or 0))).all()
    for each in held:
        each.until = clock.now()
    record(session, taker.id, "identities_revoked", "user", user.id, detail={"study": study_id, "grants": len(held)}, reason=reason.strip())
    return len(held)


def _holds(study_id: int, user_id: int) -> tuple[Any, ...]:
    """The grants that hold now."""
    return (IdentityGrant.study_id == study_id, IdentityGrant.user_id == user_id, col(IdentityGrant.until) > clock.now())


def take_identities(session: Session, study_id: int, username: str, reason: str) -> dict[str, Any]:
    """What a package with identities says of who asked; refused without a right that holds now, without a reason, and once detached.

    That they left is recorded once they do, with the package and how many they are (`record_taken`).
    """
    user = user_by_name(session, username)
    if user is None:
        raise NotFound("no_such_user", "没有名为 {user} 的用户。", user=username)
    if not reason.strip():
        raise InvalidInput("no_reason_for_identities", "导出身份信息必须写明用途。")
    if detached(session, study_id):
        raise Refused("identities_detached", "这项研究的身份信息已与答案分离，不能再导出。")
    held = session.exec(select(IdentityGrant).where(*_holds(study_id, user.id or 0)).order_by(col(IdentityGrant.id).desc())).first()
    if held is None or not user.active or user.role != "evaluator":
        raise Forbidden("no_right_to_identities", "{user} 没有这项研究的身份导出权：请由管理员授予。", user=username)
    return {"by": user.username, "reason": reason.strip(), "grant": held.id}


def record_taken(session: Session, population_id: int, manifest: Mapping[str, Any]) -> None:
    """Keep that a package with identities leaves the house: whose right, which package (by its seal), and how many enterprises it names."""
    told = manifest["identities"]
    taker = user_by_name(session, told["by"])
    detail = {"grant": told["grant"], "rows": told["rows"], "seal": manifest["seal"]}
    record(session, taker.id if taker else None, "identities_exported", "population", population_id, detail=detail, reason=told["reason"])


LAST_USED = f"""SELECT greatest((SELECT max(received_at) FROM submissions WHERE population_id IN ({POPULATIONS})),
    (SELECT max(created_at) FROM cases WHERE study_id = :study), (SELECT max(placed_at) FROM attempts WHERE {CALLED}))"""


def due_day(session: Session, study: Study) -> date | None:
    """The day from which a study's identities are to be detached: so long after its last phase and after anything was last done in it."""
    days = (study.settings.get("retention") or {}).get("identities_days")
    last = [phase.last_day for stage in studies.stages(session, study.id or 0) for phase in studies.phases(session, stage.id or 0)]
    if days is None or not last or study.is_demo:
        return None
    used = session.execute(text(LAST_USED), {"study": study.id}).scalar_one()
    ended: date = max([*last, *([used.astimezone(FIELD_ZONE).date()] if used else [])])
    return ended + timedelta(days=int(days))


def detach_due(session: Session) -> int:
    """Detach the identities of every study whose day has come; how many studies."""
    today = clock.now().astimezone(FIELD_ZONE).date()
    due = [
        each for each in studies.studies(session) if (day := due_day(session, each)) and day < today and not detached(session, each.id or 0)
    ]
    for study in due:
        detach(session, study, rule=study.settings["retention"])
    return len(due)


def detach(session: Session, study: Study, *, rule: Mapping[str, Any], by: int | None = None) -> Detachment:
    """Detach identities from answers: keys become study pseudonyms, names, numbers and lists are erased; it cannot be undone."""
    at = {"study": study.id}
    _rename_keys(session, study)
    counts = {table: int(getattr(session.execute(text(sql), at), "rowcount", 0)) for table, sql in ERASED.items()}
    emptied = session.execute(text(EMPTIED), {**at, "now": clock.now()})
    session.execute(text("DELETE FROM package_parts WHERE package_id IN (SELECT id FROM packages WHERE emptied_at IS NOT NULL)"))
    counts["packages"] = int(getattr(emptied, "rowcount", 0))
    made = Detachment(study_id=study.id or 0, at=clock.now(), by=by, rule=dict(rule), counts=counts)
    session.add(made)
    session.flush()
    record(session, by, "identities_detached", "study", study.id, detail=counts)
    return made


EMPTIED = f"""UPDATE packages SET emptied_at = :now WHERE emptied_at IS NULL AND jsonb_typeof(manifest->'identities') = 'object'
    AND population_id IN ({POPULATIONS})"""


def _rename_keys(session: Session, study: Study) -> None:
    """Every key of a unit becomes what packages called it, so that data before and after can be joined."""
    keys = {
        row[0]
        for table in KEYED
        for row in session.execute(text(f"SELECT DISTINCT unit_key FROM {table} WHERE {WHERE[table]}"), {"study": study.id})
    }
    session.execute(text("CREATE TEMP TABLE renamed (unit_key TEXT PRIMARY KEY, pseudonym TEXT) ON COMMIT DROP"))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY renamed FROM STDIN") as copy:
        for key in keys:
            copy.write_row((key, pseudonym(study.salt, key)))
    for table in KEYED:
        session.execute(
            text(f"UPDATE {table} t SET unit_key = r.pseudonym FROM renamed r WHERE r.unit_key = t.unit_key AND t.{WHERE[table]}"),
            {"study": study.id},
        )
