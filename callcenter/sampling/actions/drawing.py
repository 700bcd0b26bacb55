"""The steps of a draw: commitment, design, public value, draw, certificate. Every step goes into the audit trail."""

import secrets
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.frame.tables import Frame
from callcenter.operations.actions import record
from callcenter.people.tables import User
from callcenter.sampling import certificate, queries
from callcenter.sampling import draw as numbers
from callcenter.sampling import steps as order
from callcenter.sampling.certificate import document_sha256, units_sha256
from callcenter.sampling.coordination import seed_used
from callcenter.sampling.design import fields_of, frame_part, full_document, make_plan, place_of, read_wishes, stratum_of
from callcenter.sampling.tables import Design, Draw, Stratum
from callcenter.studies.tables import Population


def commit(
    session: Session,
    *,
    population_id: int,
    public_source: str,
    public_due: datetime | None,
    user_id: int | None,
    word: str | None = None,
    with_population_id: int | None = None,
) -> Draw:
    """Begin a numbered draw: a random secret is made and its hash recorded, with the public source and its future moment.

    `word` is the commissioning office's recorded word, without which a second draw of a population is refused. With
    `with_population_id` the open commitment of that population is shared (one seed, as coordination needs), its source and moment too.
    """
    # Two commitments at once would both be the first: the population's row lets them in one by one.
    if session.exec(select(Population).where(Population.id == population_id).with_for_update(key_share=True)).first() is None:
        raise NotFound("no_population", "没有这个样本总体，请从清单重新选择。")
    earlier = queries.draws(session, population_id)
    now = clock.now()
    secret = secrets.token_hex(32)
    if with_population_id is not None:
        shared = _commitment_to_share(session, population_id, with_population_id, [draw.seed_commitment for draw in earlier])
        secret, public_source, public_due = shared.secret, shared.public_source, shared.public_due
    if public_due is None:
        raise InvalidInput("no_public_due", "请写明公开值的公布时间。")
    order.check_commitment(now, public_due, public_source, len(earlier), word)
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
    placed = place_of(wishes, plan, queries.neighbours_before(session, draw))
    of_frame = frame_part(frame.number, frame.sha256, screening=frame.screening, reporting_order=frame.reporting_order)
    whole = full_document(wishes, plan, frame=of_frame, placed=placed)
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
    # Two draws of one commitment must not be told two values at once.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:commitment))"), {"commitment": draw.seed_commitment})
    order.check_same_value(value, queries.shared_public_values(session, draw))
    assert draw.design_id is not None  # noqa: S101  # check_public_value refuses none
    coordination = queries.design(session, draw.design_id).document["coordination"]
    _, population = queries.population_name(session, draw.population_id)
    draw.public_value, draw.public_entered_at = value.strip(), now
    draw.seed = seed_used(numbers.seed_of(draw.secret, draw.public_value), coordination, population)
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


def open_certificate(session: Session, draw_id: int, user_id: int | None) -> dict[str, Any]:
    """The opened certificate, for an auditor; that it was opened is recorded."""
    made = queries.certificate(session, draw_id)
    record(session, user_id, "certificate_opened", "draw", draw_id)
    return made


def _commitment_to_share(session: Session, population_id: int, with_population_id: int, used: list[str]) -> Draw:
    """The open commitment of another population of the study, as long as its public value cannot be known."""
    shared = queries.open_draw(session, with_population_id)
    same_study = queries.population_name(session, population_id)[0] == queries.population_name(session, with_population_id)[0]
    if shared is None or shared.public_entered_at is not None or not same_study:
        raise Refused("no_commitment_to_share", "那个样本总体没有可以共用的抽样承诺：请先为它登记承诺。")
    if shared.seed_commitment in used:
        raise Refused("commitment_used", "这个样本总体已经用过这个承诺：同一个种子只会抽出同一个样本。")
    return shared


def _lock_draw(session: Session, draw_id: int) -> Draw:
    """The draw's row, locked; a second supervisor is told at once instead of waiting."""
    wanted = select(Draw).where(Draw.id == draw_id).with_for_update(key_share=True, nowait=True).execution_options(populate_existing=True)
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
    merges, rotation = design.document.get("merges", {}), int(design.document["rotation"], 16)
    stratum = {cell: stratum_of(cell, merges) for cell in {unit.cell for unit in units}}
    strata = {row.name: row for row in session.exec(select(Stratum).where(Stratum.design_id == design.id))}
    placed = numbers.places([(unit.unit_key, stratum[unit.cell]) for unit in units], found.seed, rotation)
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
        rotation=rotation,
    )
    return certificate.make_certificate(
        origin, placed, taken, design_sha256=design.sha256, drawn_at=clock.now(), drawn_by=_username(session, found)
    )


def _username(session: Session, found: Draw) -> str | None:
    user = session.get(User, found.drawn_by) if found.drawn_by is not None else None
    return user.username if user else None
