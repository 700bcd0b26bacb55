"""What is kept and watched about the lines: marks on handsets, publications, answer rates out of control."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.calls import queries
from callcenter.calls.actions.lines import rest_by_itself
from callcenter.calls.lines import is_same_line, read_resting
from callcenter.calls.lines.choice import unusable
from callcenter.calls.lines.health import chart
from callcenter.calls.tables import Line, LineLabel, LinePublication
from callcenter.errors import InvalidInput, NotFound
from callcenter.operations.actions import close_alert, notify, raise_alert, record
from callcenter.operations.queries import open_alerts
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE, field_day

CHART_DAYS = 5
"""Days of calls that one chart is made of."""
MOST_NAMED = 12


def report_label(session: Session, *, user_id: int, attempt_id: int, app: str, text_shown: str) -> LineLabel:
    """Keep that a handset showed the line of this attempt as marked; a line marked often rests by the study's rules."""
    app, text_shown = app.strip()[:60], text_shown.strip()[:200]
    if not app and not text_shown:
        raise InvalidInput("label_empty", "请写明手机应用或品牌，以及显示的文字。")
    attempt = queries.attempt(session, attempt_id)
    if attempt.operator_id != user_id:
        raise NotFound("no_such_attempt", "没有这次拨打记录，请回到个案重新查看。")
    line = _line_of(session, attempt.called_case_id, attempt.line)
    known = session.exec(select(LineLabel).where(LineLabel.attempt_id == attempt_id)).first()  # pressed twice it is one report
    label = known or LineLabel(
        line_id=line.id or 0, app="", text_shown="", reported_at=clock.now(), reported_by=user_id, attempt_id=attempt_id
    )
    label.app, label.text_shown = app, text_shown
    session.add(label)
    session.flush()
    if known is None:
        record(session, user_id, "label_reported", "line", line.id, detail={"number": line.number, "attempt": attempt_id})
        _rest_if_marked(session, line)
        notify(session, f"lines_{line.study_id}")
    return label


def record_appeal(session: Session, label_id: int, *, on: date, text: str, removed_on: date | None, user_id: int) -> LineLabel:
    """Keep that a mark was appealed against, where and with what result, and since when it is gone."""
    label = session.get(LineLabel, label_id)
    if label is None:
        raise NotFound("no_such_label", "没有这条标记记录，请刷新页面。")
    if not text.strip():
        raise InvalidInput("appeal_empty", "请写明向谁申诉、结果如何。")
    if removed_on is not None and removed_on < on:
        raise InvalidInput("appeal_order", "取消标记的日期不能早于申诉日期，请检查。")
    label.appealed_on, label.appeal, label.removed_on = on, text.strip()[:500], removed_on
    session.add(label)
    record(session, user_id, "label_appealed", "line", label.line_id, detail={"on": on.isoformat()})
    session.flush()
    return label


def record_publication(
    session: Session, study_id: int, *, district: str, numbers: list[str], place: str, on: date, evidence: str, user_id: int | None
) -> LinePublication:
    """Keep where and when lines were made known to the enterprises of a district (全市: of all)."""
    published = queries.lines(session, study_id)
    found = [next((line.number for line in published if is_same_line(number, line)), None) for number in numbers]
    if not found or None in found:
        raise InvalidInput("publication_lines", "请选择公布了哪些外呼号码。")
    if not district.strip() or not place.strip() or not evidence.strip():
        raise InvalidInput("publication_incomplete", "请写明区、公布的地方和凭据（网址、文号或照片存放处）。")
    if on > field_day(clock.now()):
        raise InvalidInput("publication_later", "公布的日期不能晚于今天：公布以后再登记。")
    publication = LinePublication(
        study_id=study_id, district=district.strip()[:40], lines=sorted({one for one in found if one}), place=place.strip()[:200],
        published_on=on, evidence=evidence.strip()[:500], recorded_at=clock.now(), recorded_by=user_id,
    )  # fmt: skip
    session.add(publication)
    session.flush()
    record(session, user_id, "line_published", "study", study_id, detail={"unit": publication.district, "on": on.isoformat()})
    _warn_of_districts(session, study_id, clock.now())
    return publication


def watch_lines(session: Session) -> int:
    """Rest lines whose answer rate has left its limits, warn of districts without a publication; how many lines rest anew."""
    now = clock.now()
    rested = 0
    for study in studies.studies(session):
        assert study.id is not None  # noqa: S101  # a stored row
        _warn_of_districts(session, study.id, now)
        _warn_of_silence(session, study.id, now)
        rested += _rest_out_of_control(session, study.id, now)
    return rested


def _rest_out_of_control(session: Session, study_id: int, now: datetime) -> int:
    rules = read_resting(studies.study(session, study_id).settings)
    points = chart(queries.calls_for_chart(session, study_id, now - timedelta(days=CHART_DAYS)), rules.block)
    low = {number for number, made in points.items() if made and made[-1].is_low}
    watched = select(Line).where(Line.study_id == study_id, Line.state == "open", col(Line.number).in_(low)).order_by(col(Line.id))
    # Who dials holds several lines and waits for none that is held here: one that is being chosen now is looked at the next time.
    held = session.exec(watched.with_for_update(key_share=True, skip_locked=True)).all()
    return sum(rest_by_itself(session, line, "answer_rate", rules.hours) for line in held if not _rests(line, now))


def _rests(line: Line, now: datetime) -> bool:
    return line.resting_until is not None and line.resting_until > now


def _rest_if_marked(session: Session, line: Line) -> None:
    rules, now = read_resting(studies.study(session, line.study_id).settings), clock.now()
    since = max(now - timedelta(days=rules.days), line.watched_from or now - timedelta(days=rules.days))
    count = session.exec(select(func.count()).where(LineLabel.line_id == line.id, col(LineLabel.reported_at) >= since)).one()
    if count >= rules.labels and line.state == "open" and not _rests(line, now):
        rest_by_itself(session, line, "labels", rules.hours)


def _line_of(session: Session, case_id: int, number: str) -> Line:
    study_id = queue.case(session, case_id).study_id
    found = session.exec(select(Line).where(Line.study_id == study_id, Line.number == number).with_for_update(key_share=True)).first()
    if found is None:
        raise NotFound("no_such_line", "没有这条外呼线路，请回到线路页重新选择。")
    return found


def _warn_of_silence(session: Session, study_id: int, now: datetime) -> None:
    """In calling hours with cases waiting, no line of the study can call: told at once, closed by itself when one can again."""
    name = f"lines_out_{study_id}"
    why = unusable(queries.lines(session, study_id, now, all_counts=True), now) if _may_be_called(study_id, now) else None
    if why is None:
        close_alert(session, name)
        return
    until = f"，最早 {why.until.astimezone(FIELD_ZONE):%m-%d %H:%M} 恢复" if why.until else ""
    told = f"拨打时段内没有可用的外呼线路：{why}{until}。个案都打不出去，请到线路页处理。"
    raise_alert(session, "lines_out", "stop", told, same_as=name, detail={"why": why.code})


def _may_be_called(study_id: int, now: datetime) -> bool:
    return any(gate.open for gate in queue.gates(now) if gate.study_id == study_id)


def _warn_of_districts(session: Session, study_id: int, now: datetime) -> None:
    """One alert a study, made anew when other districts are concerned, closed when none is."""
    if studies.study(session, study_id).is_demo:
        return
    name = f"unpublished_{study_id}"
    pairs = [f"{one.district}（{one.line}）" for one in queries.without_publication(session, study_id, now)]
    standing = next((alert for alert in open_alerts(session) if alert.same_as == name), None)
    if standing is not None and standing.detail.get("pairs") != pairs:
        close_alert(session, name)
        session.flush()
    if pairs:
        named = "、".join(pairs[:MOST_NAMED]) + ("等" if len(pairs) > MOST_NAMED else "")
        told = f"今天拨打了没有公布外呼号码的区：{named}。请先在当地公布，并在线路页登记。"
        raise_alert(session, "unpublished", "warning", told, same_as=name, detail={"pairs": pairs})
