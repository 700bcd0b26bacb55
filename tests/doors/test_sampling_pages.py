"""The supervisor's way from a frozen frame to released cases, through the pages."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter.db import engine
from callcenter.studies.phases import FIELD_ZONE
from tests.conftest import FieldTime
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser
from tests.factories.sampling import MadeFrame, insert, make_drawn_sample, make_frame, make_second_population

ROOT = Path(__file__).parents[2]
DESIGN = {
    "method": "proportional",
    "total": "6",
    "minimum": "2",
    "response": "0.5",
    "eligible": "1",
    "valid": "1",
    "step": "1",
    "mode": "manual",
}


@pytest.fixture
def frame(database_url: str) -> MadeFrame:
    with engine.transaction() as session:
        return make_frame(session)


@pytest.fixture
def supervisor(client_for: Callable[..., Browser]) -> Browser:
    return client_for("supervisor")


def place(frame: MadeFrame, more: str = "") -> str:
    return f"/supervisor/sampling/populations/{frame.population_id}{more}"


def commit(supervisor: Browser, frame: MadeFrame, field_time: FieldTime, **more: str) -> None:
    due = (field_time() + timedelta(days=1)).astimezone(FIELD_ZONE)
    form = {"public_source": "双色球第2022063期", "public_due": f"{due:%Y-%m-%dT%H:%M}", **more}
    answer = supervisor.post(place(frame, "/commitment"), data=form)
    assert answer.status_code == 303, answer.text


def test_from_commitment_to_cases(supervisor: Browser, frame: MadeFrame, field_time: FieldTime, tmp_path: Path) -> None:
    assert "未开始" in supervisor.get("/supervisor/sampling").text
    commit(supervisor, frame, field_time)
    assert "密值摘要" in supervisor.get(place(frame)).text
    assert supervisor.post(place(frame, "/design"), data=DESIGN).status_code == 303
    page = supervisor.get(place(frame)).text
    assert "公开值要到" in page
    assert 'name="total" type="number" value="6"' in page, "the page goes on from what was frozen"
    draw_id = engine.statement("SELECT id FROM draws")[0]["id"]
    early = supervisor.post(f"/supervisor/sampling/draws/{draw_id}/public-value", data={"value": "07 11"})
    assert early.status_code == 409
    assert "现在不能登记" in early.text
    field_time.set(field_time() + timedelta(days=1, minutes=1))
    assert supervisor.post(f"/supervisor/sampling/draws/{draw_id}/public-value", data={"value": "07 11"}).status_code == 303
    page = supervisor.get(place(frame)).text
    assert "抽样只能进行一次" in page and "抽取主样本 12 个" in page and 'data-opens="draw"' in page
    assert page.count('<li class="undone">') == 1, "only the draw itself is still to be done"
    drawn = supervisor.post(f"/supervisor/sampling/draws/{draw_id}/draw")
    assert drawn.headers["location"] == f"/supervisor/sampling/draws/{draw_id}/releases"
    assert supervisor.post(f"/supervisor/sampling/draws/{draw_id}/draw").status_code == 409
    page = supervisor.get(drawn.headers["location"]).text
    assert "释放主样本：12 个个案，2 层" in page and 'data-opens="release-main"' in page and "释放后不能收回" in page
    assert supervisor.post(f"/supervisor/sampling/draws/{draw_id}/release-main").status_code == 303
    page = supervisor.get(f"/supervisor/sampling/draws/{draw_id}/releases").text
    assert "释放主样本" in page and "1.500" in page
    assert supervisor.post(f"/supervisor/sampling/draws/{draw_id}/release-main").status_code == 409
    assert engine.statement("SELECT count(*) AS n FROM cases") == [{"n": 12}]
    for name in ("certificate.json", "frame.csv"):
        (tmp_path / name).write_bytes(supervisor.get(f"/sampling/draws/{draw_id}/{name}").content)
    command = [sys.executable, "-I", str(ROOT / "scripts/verify_draw.py"), "certificate.json", "frame.csv"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    opened = engine.statement("SELECT action FROM audit_trail WHERE action IN ('certificate_opened', 'frame_exported') ORDER BY id")
    assert [row["action"] for row in opened] == ["certificate_opened", "frame_exported"]


def test_a_design_is_tried_out_before_anything_is_fixed(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    page = supervisor.get(place(frame), params=DESIGN).text
    assert "±" in page
    assert "先登记抽样承诺" in page
    page = supervisor.get(place(frame), params={**DESIGN, "merge:和平区": "两区", "merge:河西区": "两区"}).text
    assert '<td class="stratum">两区</td>' in page
    page = supervisor.get(place(frame), params={**DESIGN, "method": "fixed", "stratum:和平区": "4", "stratum:河西区": "9"}).text
    assert "最多 8 个" in page
    assert engine.statement("SELECT count(*) AS n FROM designs") == [{"n": 0}]


def test_a_district_merged_into_another_and_named_as_itself_is_no_clash(
    supervisor: Browser, frame: MadeFrame, field_time: FieldTime
) -> None:
    commit(supervisor, frame, field_time)
    merged = {"merge:和平区": "河西区", "merge:河西区": "河西区"}
    assert supervisor.post(place(frame, "/design"), data={**DESIGN, **merged}).status_code == 303
    page = supervisor.get(place(frame)).text
    assert "重名" not in page
    fixed = page[page.index("已冻结的方案</h2>") : page.index("方案试算")]
    assert re.search(r"<td>河西区</td><td[^>]*>20</td><td[^>]*>6</td><td[^>]*>12</td>", fixed), "one stratum of both districts"
    assert "<td>和平区</td>" not in fixed
    tried = supervisor.get(place(frame), params={**DESIGN, "merge:和平区": "河西区", "merge:河西区": ""}).text
    assert "重名" not in tried, "an empty field leaves the district where it is"


def test_populations_that_have_begun_stand_first(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    with engine.transaction() as session:
        stage, item = session.execute(text("SELECT stage_id, item_id FROM populations")).one()
        made = {"stage_id": stage, "item_id": item, "title": "总体", "respondents": "enterprises", "settings": {}}
        ids = [insert(session, "populations", code=f"0-{place}", position=-place, **made) for place in (1, 2)]
        sent = {"department": "某局", "received_at": field_time(), "file_name": "a.csv", "file_sha256": "0", "file": b"", "totals": {}}
        insert(session, "submissions", population_id=ids[0], state="judged", role="first", findings={}, **sent)
    rows = re.findall(r"/supervisor/sampling/populations/(\d+)", supervisor.get("/supervisor/sampling").text)
    assert [int(row) for row in rows] == [frame.population_id, *ids], "frozen, then with a list, then the others"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total": "500"}, "应在"),
        ({"total": "many"}, "应填整数"),
        ({"response": "0"}, "应答率"),
        ({"total": ""}, "目标总数"),
        ({"method": "guess"}, "分配方法"),
    ],
)
def test_a_design_that_cannot_be_keeps_what_was_typed(
    supervisor: Browser, frame: MadeFrame, field_time: FieldTime, *, change: dict[str, str], said: str
) -> None:
    commit(supervisor, frame, field_time)
    answer = supervisor.post(place(frame, "/design"), data={**DESIGN, **change})
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert 'value="2"' in answer.text
    assert engine.statement("SELECT count(*) AS n FROM designs") == [{"n": 0}]


def test_a_freeze_without_commitment_and_a_second_draw_without_word(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    answer = supervisor.post(place(frame, "/design"), data=DESIGN)
    assert answer.status_code == 409
    assert "请先登记抽样承诺" in answer.text
    assert supervisor.post(place(frame, "/commitment"), data={"public_source": "双色球", "public_due": "soon"}).status_code == 422
    commit(supervisor, frame, field_time)
    again = supervisor.post(place(frame, "/commitment"), data={"public_source": "双色球", "public_due": "2022-07-01T21:15"})
    assert again.status_code == 409
    assert "书面意见" in again.text


def test_the_evaluator_reads_certificates_and_nobody_else(client_for: Callable[..., Browser], frame: MadeFrame) -> None:
    assert client_for("evaluator").get("/sampling/certificates").status_code == 200
    for role in ("submitter", "operator", "commissioner"):
        assert client_for(role).get("/sampling/certificates").status_code == 403
    assert client_for("evaluator").get("/sampling/draws/1/certificate.json").status_code == 404


def test_the_secret_is_not_shown_before_the_draw(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    commit(supervisor, frame, field_time)
    secret = engine.statement("SELECT secret FROM draws")[0]["secret"]
    assert secret not in supervisor.get(place(frame)).text
    trail = engine.statement("SELECT detail FROM audit_trail")
    assert secret not in json.dumps([row["detail"] for row in trail])


@pytest.fixture
def proposal(database_url: str, field_time: FieldTime) -> int:
    with engine.transaction() as session:
        drawn = make_drawn_sample(session, {"和平区": 12}, main=4, release_main=True)
        return insert(
            session,
            "top_up_proposals",
            draw_id=drawn.draw_id,
            stratum_id=drawn.strata["和平区"],
            made_at=field_time(),
            target=4,
            valid=1,
            expected=0.5,
            yield_rate=0.5,
            mean_count=5,
            safe_count=7,
            chance=0.9,
            state="open",
        )


def test_a_proposal_is_accepted_with_a_count(supervisor: Browser, proposal: int) -> None:
    page = supervisor.get("/supervisor/sampling/top-ups").text
    assert "90.0 %" in page
    assert 'value="7"' in page
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data={"count": "many"}).status_code == 422
    refused = supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data={"count": "9"})
    number, word = refused.text.find("<p>", refused.text.find('role="alert"')), refused.text.find("确需补充请写明理由")
    assert refused.status_code == 409 and 0 < number < word and 'value="9"' in refused.text, "all at once, the number first"
    assert "确需补充" in supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data={"count": "-1"}).text
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data={"count": "6"}).status_code == 409
    told = {"count": "6", "word": "委托方来函"}  # no window is open: only by a word
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data=told).status_code == 303
    assert engine.statement("SELECT kind, first_position, count FROM releases ORDER BY id DESC LIMIT 1") == [
        {"kind": "top_up", "first_position": 5, "count": 6}
    ]
    assert engine.statement("SELECT count(*) AS n FROM cases") == [{"n": 6}]
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/accept", data={"count": "1"}).status_code == 409
    assert "没有等待处理的补充建议" in supervisor.get("/supervisor/sampling/top-ups").text


def test_a_proposal_is_declined_with_a_reason(supervisor: Browser, proposal: int) -> None:
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/decline").status_code == 422
    assert supervisor.post(f"/supervisor/sampling/top-ups/{proposal}/decline", data={"reason": "窗口将结束"}).status_code == 303
    assert engine.statement("SELECT state FROM top_up_proposals") == [{"state": "declined"}]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"total": "500"}, "total", "应在 4 到 20 之间"),
        ({"minimum": "x"}, "minimum", "应填整数"),
        ({"response": "2"}, "response", "应答率"),
        ({"size_by": "precision", "precision": "0"}, "precision", "允许误差"),
        ({"size_by": "precision", "precision": "0.1", "confidence": "1"}, "confidence", "置信水平"),
        ({"merge_below": "-1"}, "merge_below", "合并界限"),
    ],
)
def test_a_mistake_stands_beside_its_field_while_the_form_stays_as_it_is(
    supervisor: Browser, frame: MadeFrame, *, change: dict[str, str], field: str, said: str
) -> None:
    answer = supervisor.post(place(frame, "/plan"), data={**DESIGN, **change}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<form method" not in answer.text.split('id="deeds"')[0], "only figures and mistakes are renewed"
    told = re.search(rf'<p class="problem" id="p-{field}" hx-swap-oob="true">([^<]*)</p>', answer.text)
    assert told and said in told[1]
    assert answer.text.count('hx-swap-oob="true"></p>') >= 17, "all other fields are told to be right again"
    assert 'data-opens="fix"' not in answer.text


def test_a_precision_becomes_a_number_of_completes(supervisor: Browser, frame: MadeFrame) -> None:
    wanted = {
        **DESIGN,
        "size_by": "precision",
        "precision": "0.2",
        "finite": "1",
        "merge_below": "10",
        "by:sub_area": "1",
        "by:district": "1",
    }
    text = supervisor.post(place(frame, "/plan"), data=wanted, headers={"HX-Request": "true"}).text
    assert "n₀ = 24.0，有限总体修正后 n = 11.2，乘设计效应后需有效样本 12，需释放 23" in text
    assert "和平区 · 未知" in text
    without = supervisor.post(place(frame, "/plan"), data={**wanted, "finite": "0"}, headers={"HX-Request": "true"}).text
    assert "n = 24.0" in without


def shown(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    form = page[page.index(f'action="{action}"') :].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def test_what_is_frozen_is_what_was_shown_with_its_hash_and_the_second_supervisor_is_told(
    supervisor: Browser, client_for: Callable[..., Browser], frame: MadeFrame, field_time: FieldTime
) -> None:
    commit(supervisor, frame, field_time)
    mine = shown(supervisor.get(place(frame), params=DESIGN).text, place(frame, "/design"))
    theirs = shown(client_for("supervisor").get(place(frame), params={**DESIGN, "total": "8"}).text, place(frame, "/design"))
    assert supervisor.post(place(frame, "/design"), data=mine).status_code == 303
    assert engine.statement("SELECT sha256 FROM designs") == [{"sha256": mine["expected"]}]
    assert supervisor.post(place(frame, "/design"), data=mine).status_code == 303, "pressed twice is done once"
    late = supervisor.post(place(frame, "/design"), data=theirs)
    assert late.status_code == 409 and "有了变化" in late.text
    assert engine.statement("SELECT count(*) AS n FROM designs") == [{"n": 1}]
    again = shown(late.text, place(frame, "/design"))
    assert supervisor.post(place(frame, "/design"), data=again).status_code == 303, "now that they have seen it"
    assert [row["sha256"] for row in engine.statement("SELECT sha256 FROM designs ORDER BY id")] == [mine["expected"], again["expected"]]


def test_candidates_stand_side_by_side_with_the_frozen_design(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    assert "还没有可比较的方案" in supervisor.get(place(frame, "/designs")).text
    for name, more in (("等额", {"method": "equal"}), ("合并", {"merge:和平区": "两区", "merge:河西区": "两区"})):
        assert supervisor.post(place(frame, "/designs"), data={**DESIGN, **more, "name": name}).status_code == 303
    assert supervisor.post(place(frame, "/designs"), data={**DESIGN, "method": "equal", "name": "等额"}).status_code == 303
    assert supervisor.post(place(frame, "/designs"), data={**DESIGN, "total": "7", "name": "等额"}).status_code == 409
    assert supervisor.post(place(frame, "/designs"), data={**DESIGN, "total": "700", "name": "太多"}).status_code == 422
    commit(supervisor, frame, field_time)
    supervisor.post(place(frame, "/design"), data=DESIGN)
    page = supervisor.get(place(frame, "/designs")).text
    assert page.count("打开并冻结") == 2
    assert "总体误差界最小的是" in page
    figure = supervisor.get(place(frame, "/designs/released.json")).json()
    assert [bars["name"] for bars in figure["data"]] == ["已冻结的方案", "等额", "合并"]
    by_name = dict(zip(figure["data"][1]["y"], figure["data"][1]["x"], strict=True))
    assert by_name == {"两区": None, "和平区": 6, "河西区": 6}
    assert supervisor.get(place(frame, "/designs/margins.json")).status_code == 200
    draft = engine.statement("SELECT id FROM design_drafts WHERE name = '合并'")[0]["id"]
    opened = supervisor.get(place(frame), params={"draft": str(draft)}).text
    assert 'name="merge:和平区" value="两区"' in opened
    assert supervisor.post(place(frame, "/designs/remove"), data={"draft": str(draft)}).status_code == 303
    assert supervisor.post(place(frame, "/designs/remove"), data={"draft": str(draft)}).status_code == 404
    assert supervisor.get(place(frame), params={"draft": str(draft)}).status_code == 404


@pytest.fixture
def worked(database_url: str, field_time: FieldTime) -> int:
    """A draw in the field: one stratum has enough, one is not yet tried enough, one has no reserves left."""
    codes = {"和平区": ["1.1"] * 3, "河西区": ["3.13"] * 3 + ["", ""], "河东区": ["2.112"] * 4}
    with engine.transaction() as session:
        drawn = make_worked_sample(session, codes, sizes={"和平区": 9, "河西区": 15, "河东区": 4}).drawn
        days = {"first_day": date(2022, 6, 1), "last_day": date(2022, 6, 17), "scheduled_last_day": date(2022, 6, 17)}
        insert(session, "phases", stage_id=drawn.frame.stage_id, kind="calling", title="电话调查", description="", **days)
    return drawn.draw_id


def test_the_releases_page_tells_for_each_stratum_whether_a_next_step_is_due_and_why_not(supervisor: Browser, worked: int) -> None:
    page = supervisor.get(f"/supervisor/sampling/draws/{worked}/releases").text
    rows = dict(re.findall(r'<td class="stratum">(\S+)</td>(.*?)</tr>', page, re.DOTALL))
    assert "预计够用" in rows["和平区"]
    assert "上一步 5 例中，拨够 3 次或已结案 3 例，已结案 3 例（60.0 %，要求 80.0 %）" in rows["河西区"]
    assert re.search(
        r'<td class="number">–</td><td class="number">–</td><td class="why">\s*.*备用已用完.*预计还差', rows["河东区"], re.DOTALL
    )
    assert re.search(r"备用样本已用完的层：河东区", page)
    both = re.findall(
        r'<td class="number">(\d+)</td><td class="number">(\d+) <span[^>]*>（备用不足）</span></td><td class="why">', rows["河西区"]
    )
    assert both and int(both[0][0]) < int(both[0][1]) == 10, "the mean rule, and the number with a chance of 90 %, as far as the list goes"
    engine.statement("UPDATE phases SET last_day = '2022-06-07'")
    engine.statement("UPDATE cases SET state = 'closed'")
    assert "离调查期结束不足 5 个工作日" in supervisor.get(f"/supervisor/sampling/draws/{worked}/releases").text
    engine.statement("UPDATE phases SET last_day = '2022-06-01'")
    page = supervisor.get(f"/supervisor/sampling/draws/{worked}/releases").text
    rows = dict(re.findall(r'<td class="stratum">(\S+)</td>(.*?)</tr>', page, re.DOTALL))
    assert "调查期已结束，达到目标" in rows["和平区"] and "调查期已结束，比目标少" in rows["河东区"] and "预计够用" not in page
    engine.statement("UPDATE phases SET first_day = '2022-06-10', last_day = '2022-06-17'")
    assert "不在调查期内" in supervisor.get(f"/supervisor/sampling/draws/{worked}/releases").text


def test_the_mode_of_releases_is_shown_and_switched_where_the_study_allows_it(supervisor: Browser, worked: int) -> None:
    address = f"/supervisor/sampling/draws/{worked}"
    assert "释放方式冻结后不能改变" in supervisor.get(f"{address}/releases").text
    assert supervisor.post(f"{address}/mode", data={"mode": "automatic", "why": "人手不足"}).status_code == 409
    engine.statement("""UPDATE studies SET settings = '{"top_up": {"switchable": true}}'""")
    assert supervisor.post(f"{address}/mode", data={"mode": "automatic"}).status_code == 422
    assert supervisor.post(f"{address}/mode", data={"mode": "automatic", "why": "人手不足"}).status_code == 303
    page = supervisor.get(f"{address}/releases").text
    assert "改为自动释放：人手不足" in page and "改为主管确认后释放…" in page
    assert supervisor.post(f"{address}/mode", data={"mode": "automatic", "why": "再按一次"}).status_code == 409
    assert supervisor.post("/supervisor/sampling/draws/987654/mode", data={"mode": "automatic", "why": "x"}).status_code == 404


def test_every_draw_of_a_population_stays_listed_with_the_word_that_allowed_it(
    supervisor: Browser, frame: MadeFrame, field_time: FieldTime
) -> None:
    commit(supervisor, frame, field_time)
    field_time.set(field_time() + timedelta(days=2))
    commit(supervisor, frame, field_time, word="委办函〔2022〕3号")
    page = supervisor.get(place(frame)).text
    listed = page[page.index("历次抽样") :]
    assert "未完成" in listed and "进行中" in listed and "委办函〔2022〕3号" in listed


def test_reserves_released_by_hand_before_their_time_need_the_commissioning_offices_word(supervisor: Browser, worked: int) -> None:
    address = f"/supervisor/sampling/draws/{worked}/release-by-hand"
    (stratum,) = (row["id"] for row in engine.statement("SELECT id FROM strata WHERE name = '河西区'"))
    form = {"stratum": str(stratum), "count": "2", "why": "有效样本不足"}
    refused = supervisor.post(address, data=form)
    assert refused.status_code == 409 and "确需释放请写明委托单位的意见" in refused.text
    assert supervisor.post(address, data={**form, "word": "委办函〔2022〕5号"}).status_code == 303
    assert "有效样本不足（委办函〔2022〕5号）" in supervisor.get(f"/supervisor/sampling/draws/{worked}/releases").text
    assert supervisor.post(address, data={**form, "stratum": "987654"}).status_code == 404
    assert supervisor.post(address, data={**form, "why": "", "word": "x"}).status_code == 422


def test_a_commitment_is_shared_by_populations_that_are_coordinated(supervisor: Browser, frame: MadeFrame, field_time: FieldTime) -> None:
    with engine.transaction() as session:
        other = make_second_population(session, frame).population_id
    commit(supervisor, frame, field_time)
    address = f"/supervisor/sampling/populations/{other}"
    assert f'<option value="{frame.population_id}" >2021/4-1' in supervisor.get(address).text
    assert supervisor.post(f"{address}/commitment", data={"shared": str(frame.population_id)}).status_code == 303
    assert engine.statement("SELECT count(DISTINCT seed_commitment) AS n, count(*) AS m FROM draws") == [{"n": 1, "m": 2}]
    asked = supervisor.get(address, params={"method": "proportional", "coordination": "negative"}).text
    assert 'name="earlier:2021/4-1"' in asked, "the share of what stands before it and has no design yet"
    assert 'name="earlier:' not in supervisor.get(address, params={"method": "proportional", "coordination": "positive"}).text
