"""Writes of what cases are worth: derived codes, corrections, verdicts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.calls import queries as calls
from callcenter.calls.dispositions import CATEGORIES, Derived, Word, derive
from callcenter.calls.queries import CallOfCase
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.interviews.tables import Interview
from callcenter.operations.actions import record
from callcenter.responses import queries
from callcenter.responses.completeness import limits
from callcenter.responses.tables import Disposition, ValidityVerdict
from callcenter.responses.validity import InterviewFacts, Verdict, judge


def words(session: Session, case_id: int, made: Sequence[CallOfCase] | None = None) -> list[Word]:
    """All that was heard of a case, oldest first; an attempt whose interview was fabricated is void. `made`: its calls, where just read."""
    made = calls.attempts_of(session, case_id) if made is None else made
    void = set(session.exec(select(Interview.attempt_id).where(Interview.case_id == case_id, Interview.state == "void")))
    told = sorted((one for one in made if one.outcome is not None), key=lambda one: (one.placed_at, one.id))
    return [Word(attempt.outcome or "", attempt.line, attempt.phone, attempt.outcome_detail, attempt.id in void) for attempt in told]


def derive_disposition(
    session: Session,
    case_id: int,
    *,
    closed: bool,
    numbers_left: bool,
    settings: dict[str, Any],
    attempt_id: int | None = None,
    besides: Sequence[Word] = (),
    made: Sequence[CallOfCase] | None = None,
) -> Derived:
    """Derive a case's code from its history (and what was heard `besides` calls); a new record where it differs from the last."""
    derived = derive([*words(session, case_id, made), *besides], closed=closed, numbers_left=numbers_left, limits=limits(settings))
    last = queries.latest_disposition(session, case_id)
    if last is not None and last.source == "correction" and not _heard_since(session, case_id, last.at):
        return Derived(last.code, last.category, last.final)  # a corrected code stands until the enterprise says something new
    if derived.category == "NE" and not queries.is_confirmed(session, case_id):
        derived = replace(derived, final=False)  # not before somebody else was told the same
    if last is None or (last.code, last.final) != (derived.code, derived.final):
        session.add(
            Disposition(
                case_id=case_id,
                at=clock.now(),
                code=derived.code,
                category=derived.category,
                final=derived.final,
                attempt_id=attempt_id,
            )
        )
        session.flush()
    return derived


def _heard_since(session: Session, case_id: int, moment: datetime) -> bool:
    return any(made.outcome_at is not None and made.outcome_at > moment for made in calls.attempts_of(session, case_id))


def correct_disposition(session: Session, case_id: int, code: str, *, reason: str, user_id: int, final: bool = True) -> Disposition:
    """A correction: a new record with who, when and why; the old ones stay."""
    if code not in CATEGORIES:
        raise InvalidInput("code_unknown", "没有代码 {given}：请从代码表中选择。", given=code)
    if not reason.strip():
        raise InvalidInput("reason_missing", "更正代码要写明理由。")
    last = queries.latest_disposition(session, case_id)
    if last is not None and last.code == code:
        raise Conflict("code_already", "个案的代码已经是 {given}：请刷新页面查看。", given=code)
    if code == "1.1" and queries.latest_verdict(session, case_id) is None:
        raise Refused("no_interview", "个案没有完成的访问，不能更正为 1.1。")
    corrected = Disposition(
        case_id=case_id,
        at=clock.now(),
        code=code,
        category=CATEGORIES[code],
        final=final,
        source="correction",
        by=user_id,
        reason=reason.strip()[:1000],
    )
    session.add(corrected)
    session.flush()
    record(session, user_id, "disposition_corrected", "case", case_id, detail={"code": code}, reason=reason)
    return corrected


def judge_interview(session: Session, interview_id: int, case_id: int, facts: InterviewFacts) -> Verdict:
    """Keep the verdict on an interview that ended."""
    verdict = judge(facts)
    session.add(
        ValidityVerdict(
            interview_id=interview_id,
            case_id=case_id,
            at=clock.now(),
            valid=verdict.valid,
            reasons=list(verdict.reasons),
            flags=list(verdict.flags),
        )
    )
    session.flush()
    return verdict


def overturn(session: Session, verdict: ValidityVerdict, *, reasons: list[str], by: int | None) -> ValidityVerdict:
    """A later verdict on the same interview: it is no valid sample after all. The earlier verdict stays."""
    later = ValidityVerdict(
        interview_id=verdict.interview_id,
        case_id=verdict.case_id,
        at=clock.now(),
        valid=False,
        reasons=reasons,
        flags=list(verdict.flags),
        by=by,
    )
    session.add(later)
    session.flush()
    return later


def undo_verdict(session: Session, interview_id: int, case_id: int, *, since: datetime, by: int) -> None:
    """Where a verdict was given since a moment, follow it by one that says its outcome was taken back: the latest counts."""
    of_interview = (ValidityVerdict.interview_id == interview_id, col(ValidityVerdict.at) >= since)
    if session.exec(select(ValidityVerdict.id).where(*of_interview)).first() is not None:
        undone = ValidityVerdict(
            interview_id=interview_id, case_id=case_id, at=clock.now(), valid=False, reasons=["undone"], flags=[], by=by
        )
        session.add(undone)
        session.flush()
