"""The way of one enterprise: who reported it, its place in the draws, release, calls, codes; gathered from every stage, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.call_queue import queries as queue
from callcenter.calls import queries as calls
from callcenter.calls.outcomes import BY_CODE
from callcenter.frame import queries as frames
from callcenter.interviews import queries as interviews
from callcenter.lists import queries as lists
from callcenter.operations import queries as operations
from callcenter.people import queries as people
from callcenter.responses import queries as responses
from callcenter.web import formats, labels
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

NOT_CALLED = "3.11"
BESIDE = frozenset(
    {
        "late_result", "dial_refused", "lease_expired", "case_given_back", "case_passed_on", "listened_in", "call_ended", "recheck_dialled",
        "recheck_done", "tracing_given_up",
    }
)  # fmt: skip
"""Entries of the trail that belong to the way of a case."""
RECHECKED = {"passed": noted("复核通过"), "failed": noted("没有通过")}

ENDINGS = {"ended": noted("访问结束"), "broken_off": noted("访问中断"), "void": noted("访问作废：没有进行过")}


@dataclass(frozen=True)
class Event:
    """One thing that happened: in a sentence, with small print."""

    at: datetime
    kind: str
    text: str
    small: str = ""


@dataclass
class Way:
    """All that is shown of a frame unit."""

    unit: Any
    frame: Any
    case: Any = None
    events: list[Event] = field(default_factory=list)
    answers: list[tuple[datetime, list[dict[str, Any]]]] = field(default_factory=list)
    code: Any = None
    code_text: str = ""


def way(session: Session, unit_id: int) -> Way:
    """Gather it."""
    unit = frames.unit(session, unit_id)
    made = Way(unit, frames.frame(session, unit.frame_id))
    events = [*_reported(session, unit), *_drawn(session, made)]
    case_id = next((place.case_id for place in queue.places(session, unit_id) if place.case_id), None)
    if case_id:
        made.case = queue.case(session, case_id)
        made.code = responses.latest_disposition(session, case_id)
        names = people.names(session)
        called, undone = list(_called(session, case_id, names)), _undone(session, case_id, names)
        coded = _coded(session, case_id, names, made, called[0].at if undone else None)
        called += _called_in(session, case_id, names)
        events += [*called, *undone, *coded, *_interviewed(session, case_id, made), *_beside(session, case_id, names)]
    made.events = sorted(events, key=lambda event: event.at)
    return made


def _reported(session: Session, unit: Any) -> Iterator[Event]:
    rows = {matter.get("submission_row_id") for matter in unit.matters} | {unit.submission_row_id}
    for report in lists.reports(session, sorted(row for row in rows if row)):
        place = _("{file}，工作表 {sheet}，第 {row} 行", file=report.file_name, sheet=report.sheet, row=report.source_row)
        yield Event(report.received_at, "list", _("{department} 报送", department=report.department), f"{place} {report.matter}".strip())


def _drawn(session: Session, made: Way) -> Iterator[Event]:
    yield Event(made.frame.frozen_at, "frame", _("进入第 {number} 号名录", number=made.frame.number))
    for place in queue.places(session, made.unit.id):
        order = _("{stratum}层第 {position} 位，共 {size} 家", stratum=place.stratum, position=place.position, size=place.size)
        yield Event(place.drawn_at, "draw", _("第 {number} 次抽样：排定次序", number=place.draw_no), order)
        if place.released_at:
            what = _("补充样本放号") if place.kind == "top_up" else _("主样本放号")
            yield Event(place.released_at, "release", what, place.why or "")


def _called(session: Session, case_id: int, names: dict[int, str]) -> Iterator[Event]:
    for attempt in calls.attempts_of(session, case_id):
        outcome = BY_CODE[attempt.outcome].label if attempt.outcome in BY_CODE else _("还没有结果")
        small = [
            _on_line(attempt),
            names.get(attempt.operator_id, "") if attempt.operator_id else _("语音菜单，没有与话务员通话"),
            _("通话 {time}", time=formats.duration(attempt.ended_at - attempt.answered_at))
            if attempt.answered_at and attempt.ended_at
            else "",
            str(labels.value(attempt.carrier_failure)) if attempt.carrier_failure else "",
            attempt.note,
        ]
        sentence = _("来电：{outcome}", outcome=_(outcome)) if attempt.direction == "incoming" else _("电话：{outcome}", outcome=_(outcome))
        yield Event(attempt.placed_at, "call", sentence, " · ".join(part for part in small if part))


def _called_in(session: Session, case_id: int, names: dict[int, str]) -> Iterator[Event]:
    """Calls from its numbers in which words were left. Whether the case has ended does not matter, nor is it changed by them."""
    for one in calls.calls_in_of_case(session, case_id):
        if one.left_words:
            about = _("从 {phone} 打到线路 {line}", phone=formats.masked_phone(one.caller), line=one.line)
            done = _("已处理") if one.handled_at else _("未处理")
            small = (about, done, names.get(one.handled_by or 0, ""), one.note)
            yield Event(one.came_at, "call", _("来电留言"), " · ".join(part for part in small if part))


def _on_line(attempt: calls.CallOfCase) -> str:
    about = {"line": attempt.line, "phone": formats.masked_phone(attempt.phone)}
    return _("从 {phone} 打到线路 {line}", **about) if attempt.direction == "incoming" else _("线路 {line}，拨打 {phone}", **about)


def _undone(session: Session, case_id: int, names: dict[int, str]) -> list[Event]:
    """Outcomes of its calls that were taken back; the trail keeps them with the case that led the call."""
    made = {attempt.id for attempt in calls.attempts_of(session, case_id)}
    led = {calls.attempt(session, attempt_id).called_case_id for attempt_id in made}
    entries = [entry for leader in sorted(led) for entry in operations.history(session, "case", leader) if entry.action == "outcome_undone"]
    return [
        Event(
            entry.at, "call", _("撤销了结果：{outcome}", outcome=labels.value(entry.detail["outcome"])), names.get(entry.actor_id or 0, "")
        )
        for entry in entries
        if entry.detail["attempt"] in made
    ]


def _beside(session: Session, case_id: int, names: dict[int, str]) -> Iterator[Event]:
    """What happened besides calls and codes: results too late, calls that were not allowed, leases that ran out, calls handed over."""
    for entry in operations.history(session, "case", case_id):
        if entry.action not in BESIDE:
            continue
        told = entry.detail.get("outcome") or entry.detail.get("code")
        to = names.get(int(entry.detail["to"]), "") if entry.action == "case_passed_on" else ""
        told = _(RECHECKED[told]) if entry.action == "recheck_done" and told in RECHECKED else told
        parts = (str(labels.value(told)) if told else "", names.get(entry.actor_id or 0, ""), f"→ {to}" if to else "", entry.reason or "")
        yield Event(entry.at, "call", labels.action(entry.action), " · ".join(part for part in parts if part))


def _coded(session: Session, case_id: int, names: dict[int, str], made: Way, undone_since: datetime | None) -> Iterator[Event]:
    for code in responses.dispositions(session, case_id):
        by = _("由{name}更正：{reason}", name=names.get(code.by or 0, ""), reason=code.reason) if code.source == "correction" else ""
        # A case that was dialled has 3.11 again where its only outcome was taken back.
        restored = code.code == NOT_CALLED and code.source != "correction" and undone_since is not None and code.at >= undone_since
        made.code_text = _("3.11 撤销结果后恢复，尚无结果") if restored else labels.disposition(code.code)
        yield Event(code.at, "code", _("处置代码 {code}", code=made.code_text), by)
    verdict = responses.latest_verdict(session, case_id)
    if verdict:
        text = labels.verdict(valid=verdict.valid, reasons=verdict.reasons, flags=verdict.flags)
        taken_out = not verdict.valid and verdict.by is not None and "undone" not in verdict.reasons
        yield Event(verdict.at, "verdict", text, _taken_out(made.case.state == "closed") if taken_out else "")


def _taken_out(closed: bool) -> str:
    return _("所在层重新缺一份；这个个案不再拨打。") if closed else _("所在层重新缺一份；这个个案回到队列，在电话调查期内再次拨打。")


def _interviewed(session: Session, case_id: int, made: Way) -> Iterator[Event]:
    for interview in interviews.of_case(session, case_id):
        given = interviews.step(session, interview.id).given if interview.id else []
        made.answers.append((interview.started_at, given))
        yield Event(interview.started_at, "interview", _("开始访问"), _("已答 {count} 题", count=len(given)))
        if interview.ended_at:
            yield Event(interview.ended_at, "interview", _(ENDINGS.get(interview.state, ENDINGS["broken_off"])))
