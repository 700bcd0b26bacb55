"""Writes of the room: commitment, design, public value, draw, releases. Every step goes into the audit trail."""

import secrets
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.frame.tables import Frame
from callcenter.operations.actions import raise_alert, record
from callcenter.people.tables import User
from callcenter.sampling import certificate, queries
from callcenter.sampling import draw as numbers
from callcenter.sampling import steps as order
from callcenter.sampling.certificate import document_sha256, units_sha256
from callcenter.sampling.design import fields_of, full_document, make_plan, read_wishes, stratum_of
from callcenter.sampling.releases import next_step
from callcenter.sampling.tables import Design, DesignDraft, Draw, Release, Stratum
from callcenter.studies.tables import Population


def commit(
    session: Session, *, population_id: int, public_source: str, public_due: datetime, user_id: int | None, word: str | None = None
) -> Draw:
    """Begin a numbered draw: a random secret is made and its hash recorded, with the public source and its future moment.

    `word` is the commissioning office's recorded word, without which a second draw of a population is refused.
    """
    # Two commitments at once would both be the first: the population's row lets them in one by one.
    if session.exec(select(Population).where(Population.id == population_id).with_for_update()).first() is None:
        raise NotFound("no_population", "没有这个样本总体，请从清单重新选择。")
    earlier = queries.draws(session, population_id)
    now = clock.now()
    order.check_commitment(now, public_due, public_source, len(earlier), word)
    secret = secrets.token_hex(32)
    draw = Draw(
        population_id=population_id,
        draw_no=len(earlier) + 1,
        secret=secret,
        seed_commitment=numbers.commitment(secret),
        public_source=public_source.strip(),
        public_due=public_due,
        committed_at=now,
        committed_by=user_id,
    )
    session.add(draw)
    session.flush()
    detail = {"draw_no": draw.draw_no, "seed_commitment": draw.seed_commitment, "public_source": draw.public_source}
    record(session, user_id, "draw_committed", "draw", draw.id, detail={**detail, "public_due": public_due.isoformat()}, reason=word)
    return draw


def fix_design(session: Session, *, frame_id: int, document: dict[str, Any], user_id: int | None) -> Design:
    """Freeze a design (see `design.Wishes` for the document) together with its frame, for the draw that was committed to.

    Until the public moment a design may be fixed anew; the last one is drawn, and all stay listed.
    """
    frame = queries.frame(session, frame_id)
    draw = _lock_open_draw(session, frame.population_id)
    now = clock.now()
    order.check_freeze(now, queries.steps(session, draw) if draw else None)
    assert draw is not None  # noqa: S101  # check_freeze refuses none
    _refuse_changed_frame(session, frame)
    wishes = read_wishes(document)
    plan = make_plan(queries.cell_sizes(session, frame_id, wishes.strata), wishes)
    whole = full_document(wishes, plan, frame_number=frame.number, frame_sha256=frame.sha256, screening=frame.screening)
    number = len(session.exec(select(Design.id).where(Design.frame_id == frame_id)).all()) + 1
    design = Design(frame_id=frame_id, number=number, document=whole, sha256=document_sha256(whole), fixed_at=now, fixed_by=user_id)
    session.add(design)
    session.flush()
    assert design.id is not None  # noqa: S101  # numbered by the flush
    for planned in plan.strata:
        session.add(Stratum(design_id=design.id, name=planned.name, size=planned.size, target=planned.target, main_size=planned.main_size))
    draw.design_id = design.id
    session.add(draw)
    session.flush()
    detail = {"draw_no": draw.draw_no, "design_sha256": design.sha256, "frame_sha256": frame.sha256}
    record(session, user_id, "design_fixed", "design", design.id, detail=detail)
    return design


def enter_public_value(session: Session, draw_id: int, value: str, user_id: int | None) -> Draw:
    """Record the public value, at or after its moment and never before the freeze; the seed follows from it."""
    draw = _lock_draw(session, draw_id)
    now = clock.now()
    order.check_public_value(now, queries.steps(session, draw), value)
    assert draw.design_id is not None  # noqa: S101  # check_public_value refuses none
    coordination = queries.design(session, draw.design_id).document["coordination"]
    _, population = queries.population_name(session, draw.population_id)
    draw.public_value, draw.public_entered_at = value.strip(), now
    draw.seed = numbers.seed_used(numbers.seed_of(draw.secret, draw.public_value), coordination, population)
    session.add(draw)
    session.flush()
    record(session, user_id, "public_value_entered", "draw", draw_id, detail={"public_value": draw.public_value})
    return draw


def draw(session: Session, *, draw_id: int, design_id: int, user_id: int | None) -> Draw:
    """Draw: every frame unit gets its number and place, the certificate is written, all in one transaction or not at all."""
    found = _lock_draw(session, draw_id)
    order.check_draw(queries.steps(session, found))
    if found.design_id != design_id:
        raise Refused("other_design", "这次抽样冻结的是另一个方案：公开值登记后不能换方案。")
    design = queries.design(session, design_id)
    frame = queries.frame(session, design.frame_id)
    if document_sha256(design.document) != design.sha256:
        raise Refused("design_changed", "抽样方案在冻结后被改动过，不能抽样：请查操作记录。")
    _refuse_changed_frame(session, frame)
    found.drawn_by = user_id
    made = _fill(session, found, design)
    found.certificate = made
    found.drawn_at = datetime.fromisoformat(made["drawn_at"])
    session.add(found)
    session.flush()
    told = {name: made[name] for name in ("draw_no", "frame_sha256", "design_sha256", "sample_sha256", "frame_size")}
    record(session, user_id, "drawn", "draw", draw_id, detail=told)
    return found


def move_pointer(session: Session, *, draw_id: int, stratum_id: int, count: int, kind: str, why: str, user_id: int | None) -> Release:
    """Release the next `count` units of a stratum (kind main or top_up); never beyond N, never taken back.

    The stratum's last unit raises an alert, committed with the release; a wish beyond it is refused and changes nothing.
    """
    found = queries.draw(session, draw_id)
    if found.drawn_at is None:
        raise Refused("not_drawn", "还没有抽样，不能释放样本。")
    if not why.strip():
        raise InvalidInput("no_reason", "请写明释放的原因。")
    stratum = session.exec(
        select(Stratum).where(Stratum.id == stratum_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if stratum is None or stratum.design_id != found.design_id:
        raise NotFound("no_stratum", "这次抽样没有这个层，请重新选择。")
    positions = next_step(queries.pointer(stratum), count, kind, step=queries.release_step(session, draw_id))
    release = Release(
        draw_id=draw_id,
        stratum_id=stratum_id,
        kind=kind,
        first_position=positions.start,
        count=count,
        at=clock.now(),
        by=user_id,
        why=why.strip(),
    )
    stratum.released += count
    session.add_all([release, stratum])
    session.flush()
    if stratum.released >= stratum.size:
        _alert_exhausted(session, stratum, kind)
    detail = {"draw": draw_id, "stratum": stratum.name, "kind": kind, "first_position": positions.start, "count": count}
    record(session, user_id, "released", "release", release.id, detail=detail, reason=release.why)
    return release


def release_main(session: Session, *, draw_id: int, why: str, user_id: int | None) -> list[Release]:
    """Release what is not yet released of the main sample, in every stratum."""
    waiting = [(s.id, s.main_size - s.released) for s in queries.strata(session, draw_id) if s.main_size > s.released]
    if not waiting:
        raise Refused("main_released", "主样本已经全部释放，没有可释放的了。")
    return [
        move_pointer(session, draw_id=draw_id, stratum_id=stratum_id, count=count, kind="main", why=why, user_id=user_id)
        for stratum_id, count in waiting
        if stratum_id is not None
    ]


def open_certificate(session: Session, draw_id: int, user_id: int | None) -> dict[str, Any]:
    """The opened certificate, for an auditor; that it was opened is recorded."""
    made = queries.certificate(session, draw_id)
    record(session, user_id, "certificate_opened", "draw", draw_id)
    return made


def save_draft(session: Session, *, population_id: int, name: str, document: dict[str, Any], user_id: int | None) -> DesignDraft:
    """Keep a design under a name, to be compared with others; the same name again with the same design is no second one."""
    name = " ".join(name.split())[:60]
    if not name:
        raise InvalidInput("no_draft_name", "请给备选方案起个名称。")
    wanted = read_wishes(document).model_dump()
    if session.exec(select(Population).where(Population.id == population_id).with_for_update()).first() is None:
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
    draft = queries.draft(session, population_id, draft_id)
    session.delete(draft)
    session.flush()
    record(session, user_id, "draft_removed", "population", population_id, detail={"name": draft.name})


def _lock_draw(session: Session, draw_id: int) -> Draw:
    """The draw's row, locked; a second supervisor is told at once instead of waiting."""
    wanted = select(Draw).where(Draw.id == draw_id).with_for_update(nowait=True).execution_options(populate_existing=True)
    try:
        found = session.exec(wanted).first()
    except OperationalError as failure:
        if isinstance(failure.orig, psycopg.errors.LockNotAvailable):
            raise Conflict("draw_in_progress", "另一位主管正在进行这次抽样，请稍候刷新页面查看结果。") from failure
        raise
    if found is None:
        raise NotFound("no_draw", "没有这次抽样，请重新选择。")
    return found


def _lock_open_draw(session: Session, population_id: int) -> Draw | None:
    """The population's newest draw, locked."""
    newest = select(Draw.id).where(Draw.population_id == population_id).order_by(col(Draw.draw_no).desc())
    draw_id = session.exec(newest).first()
    return None if draw_id is None else _lock_draw(session, draw_id)


def _refuse_changed_frame(session: Session, frame: Frame) -> None:
    assert frame.id is not None  # noqa: S101  # read from the database
    units = queries.frame_units(session, frame.id)
    if units_sha256((unit.unit_key, unit.district) for unit in units) != frame.sha256:
        raise Refused("frame_changed", "抽样框 {number} 在冻结后被改动过，不能使用：请查操作记录，重新冻结。", number=frame.number)


def _fill(session: Session, found: Draw, design: Design) -> dict[str, Any]:
    """Write the draw's units by COPY; the certificate."""
    assert found.id is not None and found.seed is not None and design.id is not None  # noqa: S101  # checked by `draw`
    units = queries.units_in_cells(session, design.frame_id, fields_of(design.document))
    merges = design.document.get("merges", {})
    stratum = {cell: stratum_of(cell, merges) for cell in {unit.cell for unit in units}}
    strata = {row.name: row for row in session.exec(select(Stratum).where(Stratum.design_id == design.id))}
    placed = numbers.places([(unit.unit_key, stratum[unit.cell]) for unit in units], found.seed)
    taken = numbers.take(placed, {row.name: row.main_size for row in strata.values()})
    if any(drawn.size != strata[drawn.stratum].size for drawn in taken):
        raise Refused("strata_changed", "抽样框的分层资料在方案冻结后被改动过，不能抽样：请查操作记录。")
    session.flush()
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor().copy("COPY draw_units (draw_id, stratum_id, frame_unit_id, unit_key, prn, position) FROM STDIN") as copy:
        for place in placed:
            copy.write_row((found.id, strata[place.stratum].id, units[place.at].id, place.unit_key, place.prn, place.order))
    study, population = queries.population_name(session, found.population_id)
    origin = certificate.Origin(
        seed=found.seed,
        study=study,
        population=population,
        draw_no=found.draw_no,
        secret=found.secret,
        seed_commitment=found.seed_commitment,
        public_source=found.public_source,
        public_value=found.public_value,
        coordination=design.document["coordination"],
    )
    return certificate.make_certificate(
        origin, placed, taken, design_sha256=design.sha256, drawn_at=clock.now(), drawn_by=_username(session, found)
    )


def _username(session: Session, found: Draw) -> str | None:
    user = session.get(User, found.drawn_by) if found.drawn_by is not None else None
    return user.username if user else None


def _alert_exhausted(session: Session, stratum: Stratum, kind: str) -> None:
    text = f"层“{stratum.name}”的 {stratum.size} 个单位已全部释放，没有备用样本了。"
    severity = "notice" if kind == "main" else "warning"
    raise_alert(session, "stratum_exhausted", severity, text, same_as=f"stratum_exhausted:{stratum.id}", detail={"stratum_id": stratum.id})
