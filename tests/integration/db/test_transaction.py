import pytest
from sqlalchemy import event
from sqlmodel import select

from callcenter.db import engine
from callcenter.db.engine import statement, transaction
from callcenter.operations.tables import Alert

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def alert_id(field_time):
    with transaction() as session:
        alert = Alert(at=field_time.moment, kind="k", severity="notice", text="before", same_as="k")
        session.add(alert)
        session.flush()
        return alert.id


@pytest.fixture
def statements():
    seen = []

    def note(_connection, _cursor, sql, *_):
        seen.append(sql)

    event.listen(engine.engine(), "before_cursor_execute", note)
    yield seen
    event.remove(engine.engine(), "before_cursor_execute", note)


def test_what_a_transaction_has_read_is_not_fetched_again(alert_id, statements):
    with transaction() as session:
        assert session.get(Alert, alert_id).text == "before"
        assert session.get(Alert, alert_id).text == "before"
    assert len(statements) == 1


@pytest.mark.parametrize("locked", [
    lambda session, number: session.get(Alert, number, with_for_update=True),
    lambda session, number: session.exec(select(Alert).where(Alert.id == number).with_for_update()).one(),
])  # fmt: skip
def test_a_row_that_is_locked_is_read_as_it_stands_now(alert_id, locked):
    with transaction() as session:
        session.get(Alert, alert_id)
        statement("UPDATE alerts SET text = 'after' WHERE id = %(id)s", {"id": alert_id})
        assert locked(session, alert_id).text == "after"


def test_a_change_of_one_s_own_outlives_the_lock(alert_id):
    with transaction() as session:
        session.get(Alert, alert_id).text = "mine"
        assert session.get(Alert, alert_id, with_for_update=True).text == "mine"
