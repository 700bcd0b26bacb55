"""Short strata are told, mended by reserves, and never silently stopped."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from callcenter.call_queue import actions as queue
from callcenter.db.engine import statement, transaction
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.follow_up.actions import accept_top_up, decline_top_up, propose_top_ups, release_by_hand, switch_release_mode
from callcenter.follow_up.queries import open_proposals, release_mode
from callcenter.follow_up.tables import TopUpProposal
from tests.conftest import FieldTime
from tests.factories.cases import MadeCases, make_cases


def refused_all(made: MadeCases) -> None:
    """Every case ended without a valid sample."""
    with transaction() as session:
        for case_id in made.case_ids:
            queue.close(session, case_id, "refused", tally=queue.Tally(attempts=3))


def propose() -> int:
    with transaction() as session:
        return propose_top_ups(session)


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        return make_cases(session, 4, reserves=5, target=2)


def test_nothing_is_proposed_while_the_last_step_is_unsettled(made: MadeCases) -> None:
    assert propose() == 0


def test_reserves_are_not_released_by_hand_before_the_last_step_is_settled(made: MadeCases, field_time: FieldTime) -> None:
    def release(word: str | None = None) -> str:
        with transaction() as session:
            stratum = next(iter(made.drawn.strata.values()))
            own = {"draw_id": made.drawn.draw_id, "stratum_id": stratum, "count": 1, "why": "补充", "user_id": None}
            return release_by_hand(session, **own, word=word).why

    with pytest.raises(Refused) as refusal:
        release()
    assert refusal.value.code == "step_not_settled"
    assert release("委办函〔2022〕5号") == "补充（委办函〔2022〕5号）"
    with transaction() as session:
        session.execute(text("UPDATE cases SET attempts = 3, state = 'closed', closed_why = 'refused'"))
    assert release() == "补充"
    field_time.set(datetime(2022, 6, 14, 2, 0, tzinfo=UTC))
    with pytest.raises(Refused) as refusal:
        release()
    assert refusal.value.code == "not_in_time"
    assert len(statement("SELECT 1 FROM cases WHERE state = 'ready'")) == 1


def test_a_short_stratum_is_proposed_once_and_accepted_in_one_go(made: MadeCases) -> None:
    refused_all(made)
    assert propose() == 2
    assert propose() == 0
    with transaction() as session:
        proposal = open_proposals(session)[0]
        assert proposal.id is not None
        assert (proposal.target, proposal.valid, proposal.state) == (2, 0, "open")
        assert proposal.safe_count >= proposal.mean_count >= 2
        release = accept_top_up(session, proposal.id, 3, made.drawn.frame.supervisor_id)
    assert (release.kind, release.count, release.first_position) == ("top_up", 3, 3)
    made_now = statement("SELECT count(*) AS n FROM cases WHERE release_id = %(id)s AND state = 'ready'", {"id": release.id})
    assert made_now == [{"n": 3}]
    with pytest.raises(Conflict), transaction() as session:
        accept_top_up(session, proposal.id, 1, None)
    assert propose() == 0  # the new step is not settled


def test_a_no_stands_until_something_changes(made: MadeCases) -> None:
    refused_all(made)
    propose()
    with transaction() as session:
        for proposal in open_proposals(session):
            assert proposal.id is not None
            decline_top_up(session, proposal.id, made.drawn.frame.supervisor_id, "经费不足")
    assert propose() == 0


def test_no_proposal_when_the_window_is_about_to_close(made: MadeCases, field_time: FieldTime) -> None:
    refused_all(made)
    field_time.set(datetime(2022, 6, 13, 2, 0, tzinfo=UTC))
    assert propose() == 0
    field_time.set(datetime(2022, 6, 10, 2, 0, tzinfo=UTC))
    assert propose() == 2


def test_an_exhausted_stratum_is_an_alert_never_a_silent_stop(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 4, reserves=0, target=2)
    refused_all(made)
    assert propose() == 0
    assert statement("SELECT kind FROM alerts WHERE closed_at IS NULL ORDER BY id") == [{"kind": "stratum_exhausted"}] * 2


def test_a_design_frozen_as_automatic_releases_by_itself_whatever_the_study_says_now(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 4, reserves=30, target=2, settings={"top_up": {"mode": "manual"}})
    refused_all(made)
    statement("UPDATE designs SET document = jsonb_set(document, '{release,mode}', '\"automatic\"')")
    assert propose() == 2
    assert statement("SELECT DISTINCT state FROM top_up_proposals") == [{"state": "accepted"}]
    assert statement("SELECT DISTINCT kind, \"by\" FROM releases WHERE kind = 'top_up'") == [{"kind": "top_up", "by": None}]


def test_the_mode_is_switched_only_where_the_study_allows_it_with_a_reason_and_once(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 4, reserves=30, target=2, settings={"top_up": {"switchable": True}})
    draw_id, user_id = made.drawn.draw_id, made.drawn.frame.supervisor_id
    refused_all(made)
    with transaction() as session:
        assert release_mode(session, draw_id) == "manual"
        for mode, why in (("sideways", "x"), ("automatic", " ")):
            with pytest.raises(InvalidInput):
                switch_release_mode(session, draw_id=draw_id, mode=mode, why=why, user_id=user_id)
        switch_release_mode(session, draw_id=draw_id, mode="automatic", why="人手不足", user_id=user_id)
        assert release_mode(session, draw_id) == "automatic"
    with pytest.raises(Conflict), transaction() as session:
        switch_release_mode(session, draw_id=draw_id, mode="automatic", why="再按一次", user_id=user_id)
    assert propose() == 2
    assert statement("SELECT DISTINCT state FROM top_up_proposals") == [{"state": "accepted"}]
    assert statement("SELECT reason FROM audit_trail WHERE action = 'release_mode_changed'") == [{"reason": "人手不足"}]
    statement("UPDATE studies SET settings = '{}'")
    with pytest.raises(Refused, match="不允许"), transaction() as session:
        switch_release_mode(session, draw_id=draw_id, mode="manual", why="改回", user_id=user_id)


def test_a_proposal_is_accepted_near_the_windows_close_only_by_a_word_that_is_kept(made: MadeCases, field_time: FieldTime) -> None:
    refused_all(made)
    assert propose() == 2
    first, second = (proposal.id or 0 for proposal in _open())
    field_time.set(datetime(2022, 6, 14, 2, 0, tzinfo=UTC))
    with transaction() as session, pytest.raises(Refused) as refusal:
        accept_top_up(session, first, 2, None)
    assert refusal.value.code == "word_needed"
    with transaction() as session:
        assert accept_top_up(session, first, 2, None, word="委托方同意延期").why.endswith("（委托方同意延期）")
    (kept,) = statement("SELECT reason FROM audit_trail WHERE action = 'top_up_accepted'")
    assert kept["reason"] == "委托方同意延期"
    with transaction() as session:  # a study whose protocol is shorter
        session.execute(text('UPDATE studies SET settings = settings || \'{"top_up": {"protocol_workdays": 1}}\''))
    with transaction() as session:
        assert accept_top_up(session, second, 1, None).count == 1


def _open() -> list[TopUpProposal]:
    with transaction() as session:
        return open_proposals(session)
