"""The cap on contacts, on a real database."""

from sqlalchemy import text

from callcenter.call_queue.actions.capping import apply_cap
from callcenter.calls.dispositions import derive
from callcenter.db.engine import transaction
from tests.conftest import FieldTime
from tests.factories.cases import make_cases


def test_what_would_be_contacted_too_often_is_closed_without_a_call(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 6, settings={"burden": {"contacts": 1, "days": 90}})
        assert all(row[0] == "ready" for row in session.execute(text("SELECT state FROM cases")))
        # Two enterprises turn out to share a telephone, two cases to be of one enterprise: one of each gives way, by number.
        first, second, third, fourth = made.case_ids[:4]
        session.execute(text("UPDATE cases SET phones = (SELECT phones FROM cases WHERE id = :a) WHERE id = :b"), {"a": first, "b": second})
        session.execute(text("UPDATE cases SET unit_key = 'E' WHERE id IN (:a, :b)"), {"a": third, "b": fourth})
        session.execute(text("UPDATE cases SET attempts = 1 WHERE id = :b"), {"b": fourth})
        releases = list(made.drawn.releases.values())
        assert sum(apply_cap(session, made.study_id, release) for release in releases) == 2
        assert sum(apply_cap(session, made.study_id, release) for release in releases) == 0
        closed = list(session.execute(text("SELECT id, closed_why FROM cases WHERE state = 'closed' ORDER BY id")))
        assert [tuple(row) for row in closed] == sorted([(second, "cap"), (third, "cap")])
    assert derive([], closed=True).code == "3.11"
