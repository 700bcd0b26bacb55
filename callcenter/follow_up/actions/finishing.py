"""The end of a bundle's turn with an operator: one outcome for each case, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.leases import lease_gone
from callcenter.call_queue.tables import Case
from callcenter.calls import actions as calls
from callcenter.calls import queries as call_queries
from callcenter.calls.outcomes import REACHED, SILENT, contradiction, label
from callcenter.calls.tables import Attempt
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.follow_up import bundles, recall_rules
from callcenter.follow_up.actions import judging
from callcenter.follow_up.actions.judging import Heard
from callcenter.follow_up.appointments import Wish, read_wish
from callcenter.interviews import bundles as blocks
from callcenter.interviews import queries as interview_queries
from callcenter.interviews.queries import Progress
from callcenter.operations.actions import notify, record
from callcenter.responses import queries as responses
from callcenter.responses import screening
from callcenter.responses.completeness import limits

WITHOUT_A_CALL = frozenset({"do_not_call", "carrier_failure"})
UNANSWERED = frozenset({"busy", "no_answer", "failed", "canceled"})
CONTRADICTIONS = {
    "answered": "这个电话已经接通，不能登记为“{outcome}”：请从列出的结果中选择。",
    "talked": "这次通话中已经有人回答了问题，不能登记为“{outcome}”：请登记为中断、拒访或号码不对等有人应答的结果。",
    "unsure": "这个电话已经接通：请确认听到的是提示音、没有人说话，再登记为“{outcome}”。",
}
KEPT_DETAIL = 20
"""Entries of detail that are kept; more is nobody's honest form."""


@dataclass(frozen=True)
class Finish:
    """What an outcome did. `late`: kept as evidence only, the case was no longer this operator's; `again`: it had been told before."""

    state: Literal["done", "again", "late"]
    case_id: int
    outcome: str
    action: str | None = None
    why: str | None = None
    due_at: datetime | None = None
    code: str | None = None
    others: tuple["Finish", ...] = ()
    """The other cases of the bundle, each with its own outcome."""


@dataclass(frozen=True)
class _Told:
    """What an operator told at the end of a turn."""

    outcome: str
    detail: Mapping[str, Any]
    user_id: int


def finish(
    session: Session,
    *,
    lease_id: str,
    attempt_id: int | None,
    outcome: str,
    detail: Mapping[str, Any] | None = None,
    user_id: int,
) -> Finish:
    """End a turn: what the call was for each case of the bundle, its code and verdict, when to call again; the lease ends.

    `outcome` is told of the case being asked; `bundles.outcomes` says what the others get. `detail` as in `calls.dispositions.Word`,
    and: `appointment` (at, kind, with_whom, note), `call_back_at`, `friendly`, `do_not_call`, `scope`, `note`, `cases` (case number to
    an outcome of its own), `heard` ("ringing": before anybody answered; refused where somebody has since; "announcement": of a call that
    was answered, by the network or a machine alone).
    Told twice it is one outcome; under a lease that is gone it is kept as evidence and changes nothing.
    """
    told = _Told(outcome, dict(list((detail or {}).items())[:KEPT_DETAIL]), user_id)
    _require_known(outcome)
    bundle, attempt = _bundle_and_attempt(session, lease_id, attempt_id)
    held = [case for case in bundle if case.lease_id == lease_id and case.leased_by == user_id]
    if not held or held[0].lease_expires_at is None or held[0].lease_expires_at <= clock.now():
        return _not_held(session, bundle, attempt, lease_id=lease_id, told=told)
    progress = interview_queries.progress_of_cases(session, [_id(case) for case in held])
    heard = _heard(session, held, attempt, told, progress)
    ended = [_end(session, case, attempt, one, progress.get(_id(case))) for case, one in heard]
    notify(session, f"operator_{user_id}", "finished")
    return replace(ended[0], others=tuple(ended[1:]))


def _require_known(outcome: str) -> None:
    if outcome not in recall_rules.OUTCOMES:
        raise InvalidInput("outcome_unknown", "没有结果代码“{outcome}”：请从页面列出的结果中选择。", outcome=outcome[:40])


def _bundle_and_attempt(session: Session, lease_id: str, attempt_id: int | None) -> tuple[list[Case], Attempt | None]:
    """All rows, locked: the cases first, as everybody does."""
    if attempt_id is None:
        bundle = queue.locked_bundle(session, lease_id)
        if not bundle:
            raise lease_gone()
        return bundle, None
    found = session.get(Attempt, attempt_id)
    if found is None or found.lease_id != lease_id:
        raise NotFound("no_attempt", "没有这次拨打记录：请刷新页面。")
    case_ids = call_queries.cases_of(session, attempt_id)
    held = {case.id: case for case in queue.locked_cases(session, case_ids)}
    attempt = session.exec(
        select(Attempt).where(Attempt.id == attempt_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()
    return [held[case_id] for case_id in case_ids], attempt


def _not_held(session: Session, bundle: list[Case], attempt: Attempt | None, *, lease_id: str, told: _Told) -> Finish:
    case_id = _id(bundle[0])
    known = {made.outcome for case in bundle for made in call_queries.attempts_of(session, _id(case)) if attempt and made.id == attempt.id}
    if attempt is not None and told.outcome in known and attempt.operator_id == told.user_id:
        last = responses.latest_disposition(session, case_id)
        return Finish("again", case_id, told.outcome, code=last.code if last else None)
    evidence = {"lease": lease_id, "attempt": attempt.id if attempt else None, "outcome": told.outcome}
    for case in bundle:
        record(session, told.user_id, "late_result", "case", case.id, detail=evidence)
    return Finish("late", case_id, told.outcome)


def _heard(
    session: Session, held: list[Case], attempt: Attempt | None, told: _Told, progress: Mapping[int, Progress]
) -> list[tuple[Case, Heard]]:
    """What was heard of each case, the one being asked first; refused as a whole where one of them cannot have happened."""
    standings = [_standing(session, case, attempt, progress.get(_id(case))) for case in _in_order(held)]
    said = _said(told.detail, {standing.case_id for standing in standings})
    limit = limits(queue_queries.study_settings(session, held[0].study_id))
    found = bundles.outcomes(told.outcome, standings, limit, {case_id: str(one["outcome"]) for case_id, one in said.items()})
    first = standings[bundles.asked(standings)].case_id
    if told.detail.get("heard") == "ringing" and attempt is not None and attempt.answered_at is not None:
        raise Refused("answered_meanwhile", "电话刚刚有人接听了，没有登记：请继续通话。")
    heard = []
    for case in sorted(held, key=lambda case: (case.id != first, case.id)):
        outcome = found[_id(case)]
        detail = said.get(_id(case)) or ({name: value for name, value in told.detail.items() if name != "cases"})
        if outcome != told.outcome and _id(case) not in said:
            detail = {}  # what was said with another outcome is not this case's
        heard.append((case, Heard(outcome, detail, told.user_id, _wish(session, case, outcome, detail))))
        if case.id == first or _id(case) in said:
            _check(session, case, attempt, outcome, progress.get(_id(case)))
            _check_silence(session, attempt, outcome, told, progress)
    return heard


def _in_order(held: list[Case]) -> list[Case]:
    by_id = {_id(case): case for case in held}
    return [by_id[case_id] for case_id in blocks.order((_id(case), case.unit_key) for case in held)]


def _standing(session: Session, case: Case, attempt: Attempt | None, progress: Progress | None) -> bundles.Standing:
    if progress is None or attempt is None or progress.interview.attempt_id != attempt.id:
        return bundles.Standing(_id(case))
    rules = screening.read(queue_queries.study_settings(session, case.study_id))
    brought = screening.outcome(rules, progress.values)
    return bundles.Standing(_id(case), progress.interview.through_at is not None, progress.share, brought)


def _said(detail: Mapping[str, Any], known: set[int]) -> dict[int, dict[str, Any]]:
    """The outcomes told of single cases, by case."""
    found: dict[int, dict[str, Any]] = {}
    for number, one in dict(detail.get("cases") or {}).items():
        given = dict(one) if isinstance(one, Mapping) else {"outcome": one}
        if not str(number).isdecimal() or int(number) not in known:
            raise InvalidInput("case_not_of_bundle", "个案 {case} 不在这次拨打之中：请刷新页面。", case=str(number)[:20])
        _require_known(str(given.get("outcome")))
        found[int(number)] = given
    return found


def _end(session: Session, case: Case, attempt: Attempt | None, heard: Heard, progress: Progress | None) -> Finish:
    case_id = _id(case)  # known apart from the row: that is read anew once the case has left its lease
    if attempt is not None:
        _keep_outcome(session, case_id, attempt, heard, progress)
    judged = judging.apply(session, case, attempt, heard, progress)
    record(session, heard.user_id, "case_finished", "case", case_id, detail={"outcome": heard.outcome, "next": judged.decision.why})
    decision = judged.decision
    return Finish("done", case_id, heard.outcome, decision.action, decision.why, decision.due_at, judged.derived.code)


def _id(case: Case) -> int:
    assert case.id is not None  # noqa: S101  # a stored row
    return case.id


def _wish(session: Session, case: Case, outcome: str, detail: Mapping[str, Any]) -> Wish | None:
    asked = detail.get("appointment")
    if not asked or outcome not in {"appointment_hard", "appointment_soft", "broken_off"}:
        if outcome in {"appointment_hard", "appointment_soft"}:
            raise InvalidInput("appointment_missing", "请填写预约时间。")
        return None
    plan = queue_queries.plan_of_case(session, case)
    kind = {"appointment_hard": "hard", "appointment_soft": "soft"}.get(outcome)
    return read_wish({**asked, **({"kind": kind} if kind else {})}, clock.now(), plan.hours, plan.window[1] if plan.window else None)


def _check(session: Session, case: Case, attempt: Attempt | None, outcome: str, progress: Progress | None) -> None:
    """Refuse what cannot have happened."""
    if attempt is None:
        if outcome not in WITHOUT_A_CALL:
            raise InvalidInput("outcome_needs_call", "还没有拨打，不能登记这个结果：请先拨打，或交还个案。")
        return
    if attempt.carrier_failure is not None and outcome != "carrier_failure":
        raise Refused("call_not_placed", "这次没有拨通线路，只能登记“线路故障”或重新拨打。")
    if outcome in REACHED and attempt.state in UNANSWERED and attempt.answered_at is None:
        raise Refused("not_answered", "这个电话没有人接听，不能登记有人应答的结果：请从列出的结果中选择。")
    if outcome in {"complete", "partial"}:
        _check_interview(session, case, outcome, progress.share if progress else 0.0)


def _check_silence(session: Session, attempt: Attempt | None, outcome: str, told: _Told, progress: Mapping[int, Progress]) -> None:
    """Refuse that nobody was there of a call that somebody took, as far as the operator does not say what was heard instead."""
    if attempt is None or attempt.answered_at is None or outcome not in SILENT:
        return
    held = [one.interview.id or 0 for one in progress.values()]
    talked = interview_queries.answered_in_call(session, held, attempt.id or 0)
    why = contradiction(outcome, talked=talked, announced=told.detail.get("heard") == "announcement")
    if why is not None:
        raise Refused(f"outcome_{why}", CONTRADICTIONS[why], outcome=label(outcome))


def _check_interview(session: Session, case: Case, outcome: str, share: float) -> None:
    bounds = limits(queue_queries.study_settings(session, case.study_id))
    if share < (bounds.complete if outcome == "complete" else bounds.partial):
        text = "核心问题只回答了 {share} %，还不能登记为“{outcome}”：请继续访问，或登记为中断。"
        raise Refused("interview_incomplete", text, share=round(100 * share), outcome="完成" if outcome == "complete" else "部分完成")


def _keep_outcome(session: Session, case_id: int, attempt: Attempt, heard: Heard, progress: Progress | None) -> None:
    detail = {
        name: value for name, value in heard.detail.items() if name not in {"note", "outcome"} and (name, value) != ("heard", "ringing")
    }
    if progress is not None:
        detail["completeness"] = round(progress.share, 4)
    calls.keep_outcome(session, attempt, case_id, heard.outcome, detail=detail, note=str(heard.detail.get("note") or ""))
