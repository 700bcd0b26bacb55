"""Other sources stand beside an item, are dealt with once, and touch no telephone count."""

from collections.abc import Callable

from callcenter.db.engine import statement, transaction
from callcenter.response_rates.actions import prove_counters
from callcenter.response_rates.queries import study_counts
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser


def test_records_are_kept_finished_and_counted_apart(client_for: Callable[..., Browser]) -> None:
    client = client_for("supervisor")
    assert "还没有载入调查" in client.get("/other-sources").text
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "3.13"]})
        before = study_counts(session, made.drawn.frame.study_id)

    def add(**more: object) -> int:
        typed = {"kind": "visit", "day": "2022-06-08", "item": "4", "subject": "现场看一看自助设备", **more}
        return client.post("/other-sources", data=typed).status_code

    assert add(kind="rumour") == add(item="") == add(item="99") == add(subject=" ") == add(day="soon") == 422
    assert add(kind="opinion", item="") == 422  # by which channel?
    assert add(case="999999") == 409
    assert add(case=str(made.cases["和平区"][0])) in (200, 303)
    assert add(kind="opinion", item="", channel="letter", speaker="deputy", subject="希望一次办完") in (200, 303)
    shown = client.get("/other-sources").text
    assert "人大代表" in shown and "希望一次办完" in shown
    assert "希望一次办完" not in client.get("/other-sources?kind=visit&item=4").text
    visit = statement("SELECT id FROM other_records WHERE kind = 'visit'")[0]["id"]
    address = f"/other-sources/{visit}"
    assert client.post(address, data={"finding": "adopted", "handling": "x"}).status_code == 422  # no word for a visit
    assert client.post(address, data={"finding": "supports", "handling": ""}).status_code == 422
    assert client.post(address, data={"finding": "supports", "handling": "设备在用，有照片"}).status_code in (200, 303)
    assert client.post(address, data={"finding": "unclear", "handling": "再看"}).status_code == 409
    assert "Taken up" not in client_for("evaluator").get("/other-sources").text
    assert client_for("commissioner").get("/other-sources").status_code == 403
    with transaction() as session:
        assert study_counts(session, made.drawn.frame.study_id) == before
        assert prove_counters(session) == 0
