"""The supervisor's pages of a frame before and after it is frozen."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.frame import actions
from callcenter.studies import queries as studies
from callcenter.worker.handlers import HANDLERS
from tests.factories.lists import row, submit
from tests.factories.people import Browser
from tests.factories.sampling import make_drawn_sample
from tests.factories.studies import demo_population, make_study

pytestmark = pytest.mark.usefixtures("field_time")
AGENT = "13900000000"


@pytest.fixture
def population_id(database_url: str, field_time: object) -> int:
    """A population that two units reported, in part differently; one number serves three enterprises."""
    with transaction() as session:
        population = demo_population(session, make_study(session))
        assert population.id is not None
        agents = [row(number, phone=AGENT) for number in (1, 2, 3)]
        submit(session, population.id, [*agents, row(4, district="河西区"), row(5, matter="注销")])
        submit(session, population.id, [row(4, name="天津某四公司", district="西青区", contact="李某")], department="市税务局")
        return population.id


@pytest.fixture
def supervisor(client_for: Callable[..., Browser]) -> Browser:
    return client_for("supervisor")


def linked(page: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', page)
    assert found, pattern
    return html.unescape(found.group(1))


def draft_of(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]*)"', page)
    assert found
    return html.unescape(found.group(1))


def test_what_was_told_differently_is_shown_beside_what_was_taken(supervisor: Browser, population_id: int) -> None:
    here = f"/supervisor/lists/{population_id}"
    assert "信息有出入" in supervisor.get(here).text
    listed = supervisor.get(f"{here}/units?kind=district").text
    assert "天津某4有限公司" in listed and "天津某1有限公司" not in listed
    unit = linked(listed, rf"{here}/units/\d+")
    page = supervisor.get(unit).text
    for told in ("河西区", "西青区", "天津某四公司", "最先知道区域的单位填报的", "首报单位的写法", "名单.xlsx"):
        assert told in page
    assert "李某" not in page and "+8613800000004" not in page
    opened = supervisor.post(f"{unit}/numbers").text
    assert "李某" in opened and "+8613800000004" in opened
    assert statement("SELECT count(*) FROM audit_trail WHERE action = 'numbers_shown'") == [{"count": 1}]


def test_shared_numbers_name_the_units_to_ask(supervisor: Browser, population_id: int) -> None:
    here = f"/supervisor/lists/{population_id}"
    supervisor.get(here)
    page = supervisor.get(f"{here}/shared-numbers").text
    assert "139****0000" in page and f"+86{AGENT}" not in page and "请这些单位补充" in page and "市市场监管委" in page
    assert f"+86{AGENT}" in supervisor.post(f"{here}/shared-numbers?offset=0").text


def test_rules_are_drafted_tried_saved_and_named_by_the_frame(supervisor: Browser, population_id: int) -> None:
    here = f"/supervisor/lists/{population_id}"
    form: dict[str, Any] = {"draft": "{}", "seen": "0", "kind": "matter", "none_of": "注销、迁出", "do": "add"}
    page = supervisor.post(f"{here}/screening/draft", data=form).text
    assert "不含 注销、迁出" in page and "尚未保存" in page
    form |= {"draft": draft_of(page)}
    page = supervisor.post(f"{here}/screening/draft", data=form | {"kind": "district", "any_of": "东丽区\n西青区", "none_of": ""}).text
    form |= {"draft": draft_of(page)}
    moved = supervisor.post(f"{here}/screening/draft", data=form | {"do": "up:2"}).text
    assert [rule["kind"] for rule in json.loads(draft_of(moved))["rules"]] == ["district", "matter"]
    taken = supervisor.post(f"{here}/screening/draft", data=form | {"do": "take:2"}).text
    assert [rule["kind"] for rule in json.loads(draft_of(taken))["rules"]] == ["matter"]
    effect = supervisor.post(f"{here}/screening/draft", data=form | {"do": "effect"}).text
    assert "合并后 5 家，筛选去掉 2 家，留下 3 家" in effect
    faulty = supervisor.post(f"{here}/screening/draft", data=form | {"kind": "period", "first": "开春", "none_of": ""})
    assert faulty.status_code == 422 and "第 3 条" in faulty.text and 'value="开春"' in faulty.text
    assert json.loads(draft_of(faulty.text))["rules"], "the draft stays"
    assert supervisor.post(f"{here}/screening", data=form | {"why": " "}).status_code == 422
    assert supervisor.post(f"{here}/screening/draft", data=form | {"draft": "[["}).status_code == 422
    assert supervisor.post(f"{here}/screening", data=form | {"why": "按约定"}).status_code == 303
    late = supervisor.post(f"{here}/screening", data=form | {"why": "又一个窗口"})
    assert late.status_code == 409 and "第 1 版" in late.text
    page = supervisor.get(here).text
    assert "规则 1 去掉" in page and "规则 2 去掉" in page
    assert "天津某5有限公司" in supervisor.get(f"{here}/removed?rule=1").text
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown
    stale = supervisor.post(f"{here}/freeze", data={"shown": "0" * 64})
    assert stale.status_code == 409 and "没有冻结" in stale.text
    assert supervisor.post(f"{here}/freeze", data={"shown": shown.group(1)}).status_code == 303
    assert "第 1 版" in supervisor.get(here).text
    assert "天津某4有限公司" in supervisor.get(f"{here}/removed?rule=2&frame=1").text
    assert "天津某1有限公司" in supervisor.get(f"{here}/units?frame=1&kind=shared").text
    statement("UPDATE frame_previews SET counts = '{}', screening = '{}' RETURNING id")
    statement("DELETE FROM preview_units RETURNING id")
    assert "没有企业被筛选规则去掉" in supervisor.get(f"{here}/removed").text, "also while a worker is still to merge the lists"


def test_populations_that_overlap_are_listed_with_a_way_to_the_units(supervisor: Browser, population_id: int) -> None:
    with transaction() as session:
        stage_id = studies.population(session, population_id).stage_id
        other = studies.population_by_code(session, stage_id, "3-1")
        assert other.id is not None
        submit(session, other.id, [row(4), row(9)])
    assert "名单尚未合并" in supervisor.get(f"/supervisor/lists/overlap/{stage_id}").text
    with transaction() as session:
        actions.freeze(session, other.id, None)
        actions.look_ahead(session, population_id, supplement=False)
    assert f"/supervisor/lists/overlap/{stage_id}" in supervisor.get("/supervisor/lists").text
    page = supervisor.get(f"/supervisor/lists/overlap/{stage_id}").text
    assert "50.0 %" in page and "跨境贸易" in page
    both = supervisor.get(linked(page, rf"/supervisor/lists/{other.id}/units\?also_in={population_id}[^\"]*")).text
    assert "天津某4有限公司" in both and "天津某9有限公司" not in both


def test_a_large_population_is_merged_and_frozen_by_a_worker(
    supervisor: Browser, population_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> None:
        for job in statement("SELECT id, kind, payload FROM jobs WHERE state = 'queued'"):
            result = HANDLERS[job["kind"]](job["payload"], lambda done, total: None)
            statement("UPDATE jobs SET state = 'done', result = %(r)s WHERE id = %(id)s", {"r": json.dumps(result), "id": job["id"]})

    from callcenter.frame.actions import previewing

    monkeypatch.setattr(actions, "LARGE", 1)
    monkeypatch.setattr(previewing, "LARGE", 1)
    here = f"/supervisor/lists/{population_id}"
    page = supervisor.get(here).text
    assert "在后台合并名单" in page and 'data-opens="freeze"' not in page
    begun = supervisor.post(f"{here}/preview").headers["location"]
    page = supervisor.get(begun).text
    assert "正在后台进行" in page
    job = re.search(r"/jobs/(\d+)", page)
    assert job and supervisor.get(f"{here}/jobs/{job.group(1)}").headers.get("hx-redirect") is None
    work()
    assert supervisor.get(f"{here}/jobs/{job.group(1)}").headers["hx-redirect"] == here
    assert 'data-opens="freeze"' in supervisor.get(here).text
    draft = json.dumps({"rules": [{"kind": "code"}]})
    trial = supervisor.post(f"{here}/screening/draft", data={"draft": draft, "seen": "0", "do": "effect"}).text
    place = re.search(r'hx-get="([^"]*/trial/\d+)"', trial)
    assert place and "正在后台试算" in supervisor.get(place.group(1)).text
    work()
    assert "留下 5 家" in supervisor.get(place.group(1)).text
    assert supervisor.post(f"{here}/freeze").status_code == 303
    work()
    assert statement("SELECT number, size FROM frames") == [{"number": 1, "size": 5}]


def test_rules_are_closed_from_the_public_value_to_the_draw_and_serve_supplements_after_it(database_url: str, supervisor: Browser) -> None:
    with transaction() as session:
        made = make_drawn_sample(session)
    here = f"/supervisor/lists/{made.frame.population_id}/screening"
    form = {"draft": '{"rules": [{"kind": "code"}]}', "seen": "0", "why": "按约定"}
    statement("UPDATE draws SET drawn_at = NULL")
    assert "筛选规则不能再改" in supervisor.get(here).text
    refused = supervisor.post(here, data=form)
    assert refused.status_code == 409 and "筛选规则不能再改" in refused.text
    statement("UPDATE draws SET drawn_at = public_entered_at")
    assert "只用于之后的补充框" in supervisor.get(here).text
    assert supervisor.post(here, data=form).status_code == 303
    assert statement("SELECT version, supplement FROM screenings") == [{"version": 1, "supplement": True}]
