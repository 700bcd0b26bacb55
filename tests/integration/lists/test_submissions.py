"""A list is taken once, judged, and kept with who sent which bytes."""

import hashlib

import pytest
from sqlmodel import select

from callcenter.db.engine import statement, transaction
from callcenter.lists import actions, queries
from callcenter.lists.findings import Look
from callcenter.lists.refusals import ListRefused
from callcenter.lists.stated import Received
from callcenter.lists.tables import Submission, SubmissionRow
from callcenter.lists.verdicts import check
from tests.factories.lists import row, submit, work_order_sheet, workbook
from tests.factories.studies import demo_population, make_study

UNIT = "市市场监管委"

pytestmark = pytest.mark.usefixtures("database_url", "field_time")


@pytest.fixture
def population_id(database_url: str, field_time: object) -> int:
    with transaction() as session:
        population = demo_population(session, make_study(session))
        assert population.id is not None
        return population.id


def test_bytes_rows_and_totals_are_kept(population_id: int) -> None:
    data = workbook(
        [row(1), row(2, phone="022-24532093转801/13800000009"), row(3, phone=""), row(1, name="天津另名有限公司", phone="13800000007")]
    )
    with transaction() as session:
        sent = submit(session, population_id, [], data=data, file_name="市级市场监管委-优化企业开办服务-4-电子印章.xlsx")
        assert sent.id is not None
        stored = session.exec(select(SubmissionRow).order_by(SubmissionRow.number)).all()  # type: ignore[arg-type]  # a column
        assert queries.file_of(session, sent.id) == data
        receipt = queries.receipt(session, sent.id)
    assert (receipt.state, receipt.role, receipt.file_sha256) == ("judged", "first", hashlib.sha256(data).hexdigest())
    assert {key: receipt.totals[key] for key in ("rows", "accepted", "duplicate", "rejected")} == {
        "rows": 4,
        "accepted": 2,
        "duplicate": 1,
        "rejected": 1,
    }
    assert [(each.verdict, each.reasons, each.duplicate_of) for each in stored] == [
        ("accepted", [], None),
        ("accepted", [], None),
        ("rejected", ["phone_missing"], None),
        ("duplicate", ["duplicate_enterprise"], 1),
    ]
    assert stored[0].phones == [{"number": "+8613800000001", "extension": ""}, {"number": "+8613800000007", "extension": ""}]
    assert stored[1].phones[1] == {"number": "+862224532093", "extension": "801"}
    assert stored[1].cells["联系电话"] == "022-24532093转801/13800000009"


def test_the_same_bytes_again_change_nothing(population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
    with transaction() as session:
        again = submit(session, population_id, [row(1)])
    assert again.id == first.id
    assert statement("SELECT count(*) FROM submissions") == [{"count": 1}]
    assert statement("SELECT count(*) FROM submission_rows") == [{"count": 1}]


def test_the_same_bytes_a_hundred_times_are_not_read_again(population_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook([row(number) for number in range(1, 50)])
    with transaction() as session:
        first = submit(session, population_id, [], data=data)
    monkeypatch.setattr("callcenter.lists.actions.submitting.check", None)  # whoever judged again would fail
    for _ in range(100):
        with transaction() as session:
            assert submit(session, population_id, [], data=data).id == first.id
    assert statement("SELECT count(*) FROM submissions") == [{"count": 1}]
    assert statement("SELECT count(*) FROM audit_trail WHERE subject_kind = 'submission'") == [{"count": 2}]


def test_a_large_file_that_is_no_list_is_refused_at_once_or_leaves_only_its_hash(population_id: int) -> None:
    for _ in range(3):
        with pytest.raises(ListRefused, match="网页"), transaction() as session:
            submit(session, population_id, [], data=b"<html>" + b" " * 3_000_000)
    assert statement("SELECT count(*) FROM submissions") == [{"count": 0}]
    no_table = b"a,b\r\n" + b"1,2\r\n" * 600_000
    with transaction() as session:
        waiting = submit(session, population_id, [], data=no_table)
        assert waiting.state == "waiting"
        actions.keep_refusal(session, waiting.id or 0, ListRefused("no_table"))
    with transaction() as session:
        assert submit(session, population_id, [], data=no_table).id == waiting.id
    assert statement("SELECT state, length(file) AS kept FROM submissions") == [{"state": "refused", "kept": 0}]


def test_two_departments_may_send_the_same_bytes(population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
        other = submit(session, population_id, [row(1)], department="市税务局")
    assert first.id != other.id


def test_a_corrected_list_replaces_the_earlier_one_before_the_draw(population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
        second = submit(session, population_id, [row(1), row(2)])
        session.refresh(first)
    assert (first.state, second.state, second.role, second.replaces_id) == ("replaced", "judged", "replacement", first.id)


def test_after_the_draw_a_list_is_a_supplement(population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
        second = submit(session, population_id, [row(2)], drawn=True)
        session.refresh(first)
    assert (first.state, second.state, second.role) == ("judged", "judged", "supplement")


def test_a_second_file_can_add_to_the_first(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        second = submit(session, population_id, [row(2)], adds=True)
        assert second.role == "supplement"
        assert queries.received(session, population_id)[UNIT] == Received(rows=2, accepted=2, highest_ordinal=2, lists=2)
    assert statement("SELECT count(*) FROM submissions WHERE state = 'judged'") == [{"count": 2}]


def test_work_orders_beside_a_list_are_counted_apart(population_id: int) -> None:
    orders = [{"order": f"GD{n}", "enterprise": n, "stages": [("2022-05-05", "2022-05-07", 2)]} for n in (1, 2, 3)]
    with transaction() as session:
        submit(session, population_id, [], data=work_order_sheet(orders, stages=1))
        alone = queries.received(session, population_id)[UNIT]
        submit(session, population_id, [row(1), row(2), row(3, phone="")], adds=True)
        both = queries.received(session, population_id)[UNIT]
    assert alone == Received(rows=3, accepted=3, highest_ordinal=3, lists=1), "nothing else was sent: they are the list"
    assert both == Received(rows=3, accepted=2, rejected=1, highest_ordinal=3, lists=1, orders=3)
    statement('UPDATE populations SET settings = settings || \'{"source": "work_orders"}\'')
    with transaction() as session:
        assert queries.received(session, population_id)[UNIT].rows == 6, "of a population of work orders they are the list"


def test_a_file_that_is_no_list_is_refused_and_leaves_nothing(population_id: int) -> None:
    with pytest.raises(ListRefused, match="网页"), transaction() as session:
        submit(session, population_id, [], data=b"<html><table><tr><td>a</td></tr></table></html>")
    assert statement("SELECT count(*) FROM submissions") == [{"count": 0}]


def test_a_large_list_waits_for_a_worker_and_replaces_only_when_judged(population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
        waiting = submit(session, population_id, [row(1), row(2)], by_worker=True)
        session.refresh(first)
    assert (first.state, waiting.state, waiting.role) == ("judged", "waiting", "replacement")
    assert waiting.id is not None
    with transaction() as session:
        found = actions.waiting(session, waiting.id)
    assert found is not None
    for _ in range(2):  # a job may be run again
        with transaction() as session:
            look = Look(found[1])
            judged = check(found[0], keep_cells=True, look=look)
            assert actions.keep_verdicts(session, waiting.id, judged, look.finish())["accepted"] == 2
    with transaction() as session:
        assert session.get_one(Submission, first.id).state == "replaced"
        assert actions.waiting(session, waiting.id) is None
    assert statement("SELECT count(*) FROM submission_rows WHERE submission_id = %(id)s", {"id": waiting.id}) == [{"count": 2}]


def test_who_sent_what_is_on_the_audit_trail_without_personal_data(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
    trail = statement("SELECT action, detail FROM audit_trail WHERE subject_kind = 'submission' ORDER BY id")
    assert [entry["action"] for entry in trail] == ["submit_list", "judge_list"]
    assert "13800000001" not in str(trail)
    assert "王某" not in str(trail)


def test_rows_can_be_filtered_by_verdict_and_reason(population_id: int) -> None:
    with transaction() as session:
        sent = submit(session, population_id, [row(1), row(2, code=""), row(3, phone="138****0003"), row(4, phone="")])
        assert sent.id is not None

        def numbers(**wanted: str) -> list[int]:
            return [each.number for each in queries.rows(session, sent.id or 0, queries.RowsWanted(**wanted))[0]]  # type: ignore[arg-type]  # texts only

        assert numbers() == [1, 2, 3, 4]
        assert numbers(verdict="rejected") == [3, 4]
        assert numbers(verdict="warned") == [2]
        assert numbers(reason="phone_masked") == [3]
        assert numbers(search="某4有限") == [4]
