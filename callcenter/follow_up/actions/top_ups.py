"""Proposals to top up strata that fall short, and what was decided about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.errors import CallcenterError, Conflict, InvalidInput, NotFound, Refused
from callcenter.follow_up import queries, top_up
from callcenter.follow_up.queries import DrawInField
from callcenter.follow_up.tables import TopUpProposal
from callcenter.follow_up.top_up import CaseState, Proposal
from callcenter.operations.actions import close_alert, notify, raise_alert, record
from callcenter.responses import queries as responses
from callcenter.sampling import actions as sampling
from callcenter.sampling import queries as drawn
from callcenter.sampling.releases import next_step, whole_steps
from callcenter.sampling.tables import Release, Stratum
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day


def propose_top_ups(session: Session) -> int:
    """Look at every stratum of every draw in the field; how many new proposals were made (automatic ones are carried out)."""
    in_field = queries.draws_in_field(session, field_day(clock.now()))
    for study_id in sorted({one.study_id for one in in_field}):
        queue.hold_cap(session, study_id)  # before any proposal or stratum, as everybody who releases
    return sum(_of_draw(session, one) for one in in_field)


def accept_top_up(session: Session, proposal_id: int, count: int | None, user_id: int | None, *, word: str = "") -> Release:
    """Release `count` reserves (none: the safe number in whole steps) of the proposal's stratum into the queue, in one go.

    Within the protocol's length of the window's close, and outside the window, only by a recorded `word` that says why all the same.
    """
    proposal, word = _open(session, proposal_id), word.strip()[:500]
    stratum = session.get_one(Stratum, proposal.stratum_id)
    step = drawn.release_step(session, proposal.draw_id)
    wanted = count if count is not None else whole_steps(proposal.safe_count, step, stratum.size - stratum.released)
    if wrong := _wrong(session, proposal, wanted, word):
        raise wrong[0]
    release = sampling.move_pointer(
        session,
        draw_id=proposal.draw_id,
        stratum_id=proposal.stratum_id,
        count=wanted,
        kind="top_up",
        why=_why(proposal, word),
        user_id=user_id,
    )
    assert release.id is not None  # noqa: S101  # numbered by the flush
    queue.release_units(session, release.id)
    _decide(proposal, "accepted", user_id)
    proposal.decided_count, proposal.release_id = release.count, release.id
    session.add(proposal)
    record(
        session,
        user_id,
        "top_up_accepted",
        "stratum",
        proposal.stratum_id,
        detail={"count": release.count},
        reason=word.strip()[:500] or None,
    )
    close_alert(session, f"short_{proposal.stratum_id}", user_id)
    session.flush()
    return release


def wrong_with_top_up(session: Session, proposal_id: int, count: int | None, word: str) -> list[CallcenterError]:
    """All that keeps a proposal from being accepted so, the number first; `count` none: it is left out of the look."""
    return _wrong(session, _open(session, proposal_id), count, word)


def _wrong(session: Session, proposal: TopUpProposal, count: int | None, word: str) -> list[CallcenterError]:
    found: list[CallcenterError] = []
    if count is not None and count < 1:
        found.append(InvalidInput("count_not_positive", "补充数量要是正整数。"))
    elif count is not None:
        found += _beyond(session, proposal, count)
    days = queries.closes_soon(session, proposal.draw_id, field_day(clock.now()))
    if days is not None and not word.strip():
        text = "离电话调查期结束不足 {days} 个工作日（或已不在调查期内），新释放的个案来不及做完：确需补充请写明理由。"
        found.append(Refused("word_needed", text, days=days))
    return found


def _beyond(session: Session, proposal: TopUpProposal, count: int) -> list[CallcenterError]:
    try:
        pointer = drawn.pointer(session.get_one(Stratum, proposal.stratum_id))
        next_step(pointer, count, "top_up", step=drawn.release_step(session, proposal.draw_id))
    except CallcenterError as refusal:
        return [refusal]
    return []


def release_main(session: Session, *, draw_id: int, why: str, user_id: int | None) -> tuple[list[Release], int]:
    """Release what is not yet released of the main sample into the queue, in one go; the releases, and how many cases they made."""
    _hold_study(session, draw_id)
    made = sampling.release_main(session, draw_id=draw_id, why=why, user_id=user_id)
    return made, sum(queue.release_units(session, release.id) for release in made if release.id is not None)


def release_by_hand(
    session: Session, *, draw_id: int, stratum_id: int, count: int, why: str, user_id: int | None, word: str | None = None
) -> Release:
    """Release reserves that nothing proposed, into the queue, in one go.

    Refused while the stratum's last step is not settled, near the window's close and outside it, unless the commissioning office's
    recorded word is given.
    """
    _hold_study(session, draw_id)
    if not (word or "").strip():
        _refuse_too_early(session, draw_id, session.get_one(Stratum, stratum_id))
    reason = f"{why.strip()}（{word.strip()}）" if word and word.strip() and why.strip() else why
    release = sampling.move_pointer(
        session, draw_id=draw_id, stratum_id=stratum_id, count=count, kind="top_up", why=reason, user_id=user_id
    )
    assert release.id is not None  # noqa: S101  # numbered by the flush
    queue.release_units(session, release.id)
    return release


def _refuse_too_early(session: Session, draw_id: int, stratum: Stratum) -> None:
    in_field = next((one for one in queries.draws_in_field(session, field_day(clock.now())) if one.draw_id == draw_id), None)
    if in_field is None or not queries.in_time(in_field, field_day(clock.now()), studies.work_calendar(session)):
        text = "现在不在电话调查期内，或离结束不足 {days} 个工作日，来不及完成拨打：确需释放请写明委托单位的意见。"
        days = in_field.protocol_workdays if in_field else queries.PROTOCOL_WORKDAYS
        raise Refused("not_in_time", text, days=days)
    released = _released(responses.case_states(session, draw_id), stratum, [])
    if not top_up.step_settled(released.last_step, min_attempts=in_field.min_attempts, final_share=in_field.final_share):
        text = "层“{stratum}”上一步释放的个案还没有都拨打 {attempts} 次并有 {share} 结案：请等一等，确需释放请写明委托单位的意见。"
        share = f"{in_field.final_share:.0%}"
        raise Refused("step_not_settled", text, stratum=stratum.name, attempts=in_field.min_attempts, share=share)


def decline_top_up(session: Session, proposal_id: int, user_id: int, reason: str) -> None:
    """Leave a stratum short, with a reason; the next proposal comes when its state has changed."""
    if not reason.strip():
        raise InvalidInput("reason_missing", "不补充样本要写明理由。")
    proposal = _open(session, proposal_id)
    _decide(proposal, "declined", user_id)
    session.add(proposal)
    record(session, user_id, "top_up_declined", "stratum", proposal.stratum_id, reason=reason)
    session.flush()


def _of_draw(session: Session, in_field: DrawInField) -> int:
    if not queries.in_time(in_field, field_day(clock.now()), studies.work_calendar(session)):
        return 0
    cases = responses.case_states(session, in_field.draw_id)
    study = [queries.state_of(case) for case in cases]
    return sum(
        _of_stratum(session, in_field, stratum, _released(cases, stratum, study)) for stratum in queries.strata(session, in_field.draw_id)
    )


@dataclass(frozen=True)
class _Released:
    """The released cases of a stratum, of its last step, and of the whole draw."""

    own: Sequence[CaseState]
    last_step: Sequence[CaseState]
    study: Sequence[CaseState]


def _released(cases: Sequence[responses.CaseState], stratum: Stratum, study: Sequence[CaseState]) -> _Released:
    own = [case for case in cases if case.stratum_id == stratum.id]
    last = max((case.release_id for case in own), default=None)
    return _Released([queries.state_of(case) for case in own], [queries.state_of(case) for case in own if case.release_id == last], study)


def _of_stratum(session: Session, in_field: DrawInField, stratum: Stratum, released: _Released) -> int:
    standing = _standing(session, in_field.draw_id, stratum)
    found = top_up.propose(
        released.own,
        released.study,
        target=stratum.target,
        reserves=stratum.size - stratum.released,
        planned=in_field.planned,
        chance=in_field.chance,
        most_attempts=in_field.most_attempts,
    )
    if found is None or not released.own:
        return _overtake(session, standing, stratum)
    if not top_up.step_settled(released.last_step, min_attempts=in_field.min_attempts, final_share=in_field.final_share):
        return 0
    if found.reserves == 0:
        return _tell_exhausted(session, in_field, stratum, found)
    if standing is not None or queries.was_declined(session, in_field.draw_id, stratum.id, found):
        return 0
    _propose(session, in_field, stratum, found)
    return 1


def _propose(session: Session, in_field: DrawInField, stratum: Stratum, found: Proposal) -> None:
    assert stratum.id is not None  # noqa: S101  # a stored row
    proposal = TopUpProposal(
        draw_id=in_field.draw_id,
        stratum_id=stratum.id,
        made_at=clock.now(),
        target=found.target,
        valid=found.valid,
        expected=found.expected,
        yield_rate=found.yield_rate,
        mean_count=found.mean_count,
        safe_count=found.safe_count,
        chance=found.chance,
    )
    session.add(proposal)
    session.flush()
    text = f"层“{stratum.name}”预计不足：目标 {found.target}，有效 {found.valid}，预计还有 {found.expected:.1f}。请决定是否补充样本。"
    raise_alert(session, "top_up_proposed", "notice", text, same_as=f"short_{stratum.id}", detail={"proposal": proposal.id})
    notify(session, f"board_{in_field.study_id}")
    if in_field.mode == "automatic":
        assert proposal.id is not None  # noqa: S101  # numbered by the flush
        accept_top_up(session, proposal.id, None, None)


def _tell_exhausted(session: Session, in_field: DrawInField, stratum: Stratum, found: Proposal) -> int:
    text = f"层“{stratum.name}”的备用样本已用完，仍预计不足：目标 {found.target}，有效 {found.valid}，预计还有 {found.expected:.1f}。"
    raise_alert(session, "stratum_exhausted", "warning", text, same_as=f"exhausted_{stratum.id}", detail={"draw": in_field.draw_id})
    return 0


def _overtake(session: Session, standing: TopUpProposal | None, stratum: Stratum) -> int:
    close_alert(session, f"exhausted_{stratum.id}")
    if standing is not None:
        standing.state, standing.decided_at = "overtaken", clock.now()
        session.add(standing)
        close_alert(session, f"short_{stratum.id}")
        session.flush()
    return 0


def _standing(session: Session, draw_id: int, stratum: Stratum) -> TopUpProposal | None:
    of_stratum = (TopUpProposal.draw_id == draw_id, TopUpProposal.stratum_id == stratum.id, TopUpProposal.state == "open")
    return session.exec(select(TopUpProposal).where(*of_stratum)).first()


def _open(session: Session, proposal_id: int) -> TopUpProposal:
    known = session.get(TopUpProposal, proposal_id)
    if known is not None:
        _hold_study(session, known.draw_id)
    found = session.exec(select(TopUpProposal).where(col(TopUpProposal.id) == proposal_id).with_for_update(key_share=True)).first()
    if found is None:
        raise NotFound("no_proposal", "没有这条补充建议：请刷新页面。")
    if found.state != "open":
        raise Conflict("proposal_decided", "这条补充建议已经处理过了：请刷新页面查看结果。")
    return found


def _hold_study(session: Session, draw_id: int) -> None:
    queue.hold_cap(session, studies.study_of_population(session, drawn.draw(session, draw_id).population_id).id or 0)


def _decide(proposal: TopUpProposal, state: str, user_id: int | None) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, clock.now(), user_id


def _why(proposal: TopUpProposal, word: str = "") -> str:
    told = f"目标 {proposal.target}，有效 {proposal.valid}，预计还有 {proposal.expected:.1f}，产出率 {proposal.yield_rate:.3f}"
    return f"{told}（{word}）" if word else told
