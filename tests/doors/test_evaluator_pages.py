"""What an evaluator sees and takes away."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter.cli import main
from callcenter.db.engine import statement, transaction
from callcenter.estimates.actions import add_code
from callcenter.exports import package
from callcenter.exports.formats import FORMATS
from callcenter.exports.queries.stages import stage_state
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from tests.factories.at_once import beside
from tests.factories.field_work import QUESTIONS, make_worked_sample, top_up
from tests.factories.lists import code as credit_code
from tests.factories.lists import submit, work_order_sheet
from tests.factories.people import Browser
from tests.factories.sampling import MOMENT, insert, make_second_population

CODES = {"和平区": ["1.1"] * 6 + ["4.80", "3.13", "2.112"], "河西区": ["1.1"] * 7 + [""]}


def worked() -> int:
    with transaction() as session:
        return make_worked_sample(session, CODES).drawn.frame.population_id


def test_populations_with_counts_and_rates(client_for: Callable[..., Browser]) -> None:
    client = client_for("evaluator")
    assert "还没有抽样" in client.get("/evaluator").text
    population = worked()
    listed = client.get("/evaluator").text
    assert f"/evaluator/populations/{population}" in listed
    assert "81.3 %，13/16" in listed


def test_results_show_rates_with_formulas_and_weighted_figures(client_for: Callable[..., Browser]) -> None:
    population = worked()
    text = client_for("evaluator").get(f"/evaluator/populations/{population}").text
    for shown in ("I/(I+P+R+O)，即 COOP1", "几个工作日办结？", "95% 区间", "生成导出包", "RR6", "权数的调整"):
        assert shown in text
    assert "天津第" not in text


def test_a_question_says_who_was_asked_and_who_did_not_come_to_it(client_for: Callable[..., Browser]) -> None:
    population = worked()
    page = f"/evaluator/populations/{population}/questions/days"
    assert "没有问到这道题" not in (whole := client_for("evaluator").get(page).text)
    assert "只问符合条件的：" in whole and "是否办理过" in whole.split("只问符合条件的：")[1][:60]
    with transaction() as session:
        first = "(SELECT min(interview_id) FROM answers WHERE question = 'days')"
        session.execute(text(f"DELETE FROM answers WHERE question = 'days' AND interview_id = {first}"))
    assert "有效样本 13 个，其中 1 个按问卷的路径没有问到这道题。" in client_for("evaluator").get(page).text


def test_figures_of_a_large_population_come_a_few_questions_at_a_time(
    client_for: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/evaluator/populations/{worked()}"
    client = client_for("evaluator")
    whole = client.get(page).text
    monkeypatch.setattr("callcenter.web.pages.evaluator.results.MOST_ANSWERS", 1)
    monkeypatch.setattr("callcenter.web.pages.evaluator.results.AT_ONCE", 2)
    first, rest = client.get(page).text, client.get(f"{page}/figures?first=2").text
    rows = [line for line in whole.splitlines() if "/questions/" in line]
    assert len(rows) == 3
    assert [line for text in (first, rest) for line in text.splitlines() if "/questions/" in line] == rows
    assert f"{page}/figures?first=2" in first
    assert "hx-get" not in rest
    assert client.get(f"{page}/figures?first=90").status_code == 200


def test_a_commissioner_reads_results_and_takes_nothing_away(client_for: Callable[..., Browser]) -> None:
    population = worked()
    client = client_for("commissioner")
    assert "生成导出包" not in client.get(f"/evaluator/populations/{population}").text
    assert client.post(f"/evaluator/populations/{population}/packages").status_code == 403
    assert client.get(f"/evaluator/populations/{population}/certificate").status_code == 403


def test_a_package_is_made_in_the_background_and_fetched(client_for: Callable[..., Browser], database_url: str) -> None:
    population = worked()
    client = client_for("evaluator")
    page = f"/evaluator/populations/{population}"
    nothing = client.post(f"{page}/packages")
    assert nothing.status_code == 422 and "没有选择格式：请至少选择一种（CSV、Excel" in nothing.text
    assert 'value="csv"> CSV' in nothing.text, "what was not ticked stays so"
    everything = {"formats": list(FORMATS)}
    assert client.post(f"{page}/packages", data=everything).headers["location"] == f"{page}#packages"
    assert client.post(f"{page}/packages", data=everything).status_code == 409
    assert "正在生成" in client.get(f"{page}/packages").text
    with transaction() as session:
        columns = "kind, payload, created_at, claims, progress_done"
        failed = f"INSERT INTO jobs (id, state, error, {columns}) SELECT id - 10, 'failed', '磁盘满了', {columns} FROM jobs"
        session.execute(text(failed))
    assert "磁盘满了" not in client.get(f"{page}/packages").text, "another is being made"
    assert Worker(database_url, "w", HANDLERS).run_one()
    listed = client.get(f"{page}/packages").text
    assert "磁盘满了" not in listed, "one was made since"
    assert "正在生成" not in listed
    assert "没有变化" in listed and "分离" not in listed
    with transaction() as session:
        again = "SELECT interview_id, case_id, at, false, '{contradiction}', '{}' FROM validity_verdicts WHERE valid ORDER BY id LIMIT 1"
        session.execute(text(f"INSERT INTO validity_verdicts (interview_id, case_id, at, valid, reasons, flags) {again}"))
    changed = client.get(f"{page}/packages").text
    assert "之后有变化" in changed and "改了有效性的个案" in changed and "：无效" in changed
    address = listed.split('href="')[1].split('"')[0]
    fetched = client.get(address)
    assert fetched.headers["content-disposition"].startswith('attachment; filename="trial-4-1-')
    assert package.verify(package.unpack(fetched.content)) > 20
    with transaction() as session:
        session.execute(text("INSERT INTO answers (interview_id, question, instance, version, value, set_aside, answered_at) "
            "SELECT min(id), 'later', '', 1, '1', false, now() FROM interviews"))  # fmt: skip
    assert "新的回答" in (told := client.get(page).text) and "：later" in told
    assert "导出包里没有名称和电话" in told
    with transaction() as session:
        session.execute(text("INSERT INTO detachments (study_id, at, rule, counts) SELECT id, now(), '{}', '{}' FROM studies"))
    assert "身份分离之前导出" in client.get(f"{page}/packages").text
    assert statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'package_fetched'") == [{"n": 1}]


def test_the_certificate_is_fetched_and_the_fetching_kept(client_for: Callable[..., Browser]) -> None:
    population = worked()
    fetched = client_for("evaluator").get(f"/evaluator/populations/{population}/certificate")
    assert "seed" in json.loads(fetched.content)
    assert statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'certificate_fetched'") == [{"n": 1}]


def test_what_is_not_there_is_said(client_for: Callable[..., Browser]) -> None:
    client = client_for("evaluator")
    assert client.get("/evaluator/populations/7").status_code == 404
    assert client.get("/evaluator/packages/7").status_code == 404
    assert client.post("/evaluator/populations/7/packages").status_code == 404


def test_english_speaks_of_the_same_numbers(client_for: Callable[..., Browser]) -> None:
    population = worked()
    client = client_for("evaluator")
    client.post("/language", data={"language": "en", "next": "/evaluator"})
    text = client.get(f"/evaluator/populations/{population}").text
    assert "Rates and formulas" in text
    assert "81.3 %, 13/16" in text


def test_boards_are_one_link_away_for_those_who_may_look(client_for: Callable[..., Browser]) -> None:
    assert client_for("commissioner").get("/boards").headers["location"] == "http://127.0.0.1:8001/"
    assert 'href="/boards"' in client_for("evaluator").get("/evaluator").text
    assert client_for("operator").get("/boards").status_code == 403


def test_commands_on_a_stored_study(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worked()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    assert main(["rates", "--study", "trial"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["by"] for row in rows] == ["2021 4-1 和平区", "2021 4-1 河西区", None]
    assert main(["rates", "--study", "none"]) == 1
    out = tmp_path / "package"
    assert main(["export", "make", "trial", "--out", str(out), "--json"]) == 0
    assert main(["export", "verify", str(out)]) == 0
    assert main(["export", "make", "trial", "--out", str(out)]) == 1
    assert main(["export", "make", "trial", "--out", str(tmp_path / "other"), "--format", "pdf"]) == 2


def test_a_question_with_its_interval_districts_compared_and_the_main_sample_alone(client_for: Callable[..., Browser]) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 9 + ["4.80"], "河西区": ["1.1"] * 3, "南开区": ["1.1"] * 8})
        top_up(session, made, "南开区", ["1.1"] * 2)
    at = f"/evaluator/populations/{made.drawn.frame.population_id}/questions"
    client = client_for("evaluator")
    text = client.get(f"{at}/days").text
    for shown in ("只用主样本", "p（Holm 校正）", "中位数", "平均 ", "95% 区间", "回答太少，不比较"):
        assert shown in text
    bars = client.get(f"{at}/days/chart").json()
    assert sum(bars["data"][0]["y"]) == pytest.approx(1)
    assert client.get(f"{at}/ways/chart?by=district&level=1").json()["data"][0]["x"] == ["南开区", "和平区", "河西区"]
    assert "最多的是“网上”：100.0 %" in client.get(f"{at}/ways?level=99").text
    assert client.get(f"{at}/nothing").status_code == 404
    more = json.dumps({"type": "integer", "name": "never", "label": "没人答的"})
    statement(f"UPDATE questionnaires SET definition = jsonb_set(definition, '{{survey,5}}', '{more}')")
    unanswered = client.get(f"{at}/never/figures.csv").content.decode("utf-8-sig").splitlines()[1:]
    assert unanswered and all(line.endswith(",,,,,,0,,0") for line in unanswered), "no answers are not few answers"
    outside = client_for("commissioner")
    seen = outside.get(f"{at}/days").text
    assert "回答太少，不显示" in seen
    assert "只用主样本的结果不显示" in seen and "主样本和补充样本" not in seen, "two top-ups are told by the main sample beside all"
    # one small district alone would be told by the rest: the next smallest is hidden with it
    assert outside.get(f"{at}/days/chart?by=district").json()["data"][0]["x"] == ["南开区"]
    # The file is the same for everybody who may pass it on, and the same as the package's.
    for somebody in (client, outside):
        lines = somebody.get(f"{at}/days/figures.csv").content.decode("utf-8-sig").splitlines()
        hidden = [line for line in lines if line.endswith(",1")]
        assert len(lines) == 1 + 3 * 4 and {line.split(",")[6] for line in hidden} == {"和平区", "河西区"}
        assert all(",,,,,,,1" in line for line in hidden)
        assert [line.split(",")[2] for line in lines[1:4]] == ["mean", "median", "total"]


def test_populations_taken_together(client_for: Callable[..., Browser]) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 6, "河西区": ["1.1"] * 6})
        other = make_second_population(session, made.drawn.frame)
        stage = made.drawn.frame.stage_id
    client = client_for("evaluator")
    assert client.get(f"/evaluator/pools/{stage}/topic-1").status_code == 404
    with transaction() as session:
        draw = insert(
            session, "draws", population_id=other.population_id, draw_no=1, secret="", seed_commitment="", public_source="",
            public_due=MOMENT, committed_at=MOMENT, drawn_at=MOMENT, design_id=made.drawn.design_id,
        )  # fmt: skip
        session.execute(text(SAME_UNITS), {"new": draw, "old": made.drawn.draw_id})
    assert f'href="/evaluator/pools/{stage}/topic-1"' in client.get("/evaluator").text
    text_of = client.get(f"/evaluator/pools/{stage}/all").text
    assert "合并 2 个样本总体" in text_of
    assert client.get(f"/evaluator/pools/{stage}/topic-x").status_code == 404
    with transaction() as session:
        at = {"draw": draw, "p": other.population_id, "release": made.drawn.releases["河西区"]}
        session.execute(text("UPDATE releases SET draw_id = :draw WHERE id = :release"), at)
        session.execute(text("UPDATE cases SET population_id = :p WHERE release_id = :release"), at)
    outside = client_for("commissioner")
    pooled = f"/evaluator/pools/{stage}/all"
    assert "几个工作日办结？" in outside.get(pooled).text
    assert "平均 " in outside.get(f"{pooled}/questions/days").text
    with transaction() as session:
        few = "SELECT id FROM cases WHERE release_id = :release ORDER BY id LIMIT 3"
        session.execute(text(f"UPDATE validity_verdicts SET valid = false WHERE case_id IN ({few})"), at)
    assert "几个工作日办结？" not in outside.get(pooled).text, "all less the first would be three answers of the second"
    assert "合并的数值会透露" in outside.get(f"{pooled}/questions/days").text
    assert outside.get(f"{pooled}/questions/days/chart").json()["data"] == []
    rows = outside.get(f"{pooled}/questions/days/figures.csv").content.decode("utf-8-sig").splitlines()[1:]
    assert rows and all(row.endswith(",,,,,,,1") for row in rows)
    assert "平均 " in client.get(f"{pooled}/questions/days").text


SAME_UNITS = (
    "INSERT INTO draw_units (draw_id, stratum_id, frame_unit_id, unit_key, prn, position) "
    "SELECT :new, stratum_id, frame_unit_id, unit_key, prn, position FROM draw_units WHERE draw_id = :old"
)


PROMISED = {
    "document": "2021年任务清单", "year": 2021, "area": "天津市", "item_number": 4, "topic_number": 1, "subject": "低压平均",
    "measure": "workdays",
    "operator": "<=", "value": "3", "unit": "工作日", "condition": "平均",
}  # fmt: skip


def held_against_the_promise() -> tuple[int, int]:
    """A worked sample with a promise and work orders; the first case's enterprise has an order of 22 working days."""
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 6 + ["4.80"], "河西区": ["1.1"] * 3})
        population, case = made.drawn.frame.population_id, made.cases["和平区"][0]
        insert(session, "declared_standards", study_id=made.drawn.frame.study_id, **PROMISED)
        free = {"subject": "税务UKey", "measure": "yuan", "operator": "=", "value": "0", "unit": "元", "condition": ""}
        insert(session, "declared_standards", study_id=made.drawn.frame.study_id, **PROMISED | free)
        at_once = {"subject": "当天办完", "measure": "other", "operator": "=", "value": "即时", "unit": "", "condition": ""}
        insert(session, "declared_standards", study_id=made.drawn.frame.study_id, **PROMISED | at_once)
        asked = {
            **QUESTIONS,
            "survey": [{**row, **HELD_AGAINST.get(row["name"], {})} for row in ASKED],
        }
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(asked, ensure_ascii=False)})
        orders = [
            {"order": f"GD{n}", "enterprise": n, "stages": [("2022-05-05", "2022-06-01" if n == 1 else "2022-05-06", 1)]}
            for n in range(1, 9)
        ]
        submit(session, population, [], file_name="工单.xlsx", data=work_order_sheet(orders, stages=1))
        its_unit = "FROM draw_units d JOIN cases c ON c.draw_unit_id = d.id WHERE d.frame_unit_id = f.id AND c.id = :c"
        of_case = f"UPDATE frame_units f SET uscc = :u {its_unit}"
        session.execute(text(of_case), {"u": credit_code(1), "c": case})
    return population, case


ASKED = QUESTIONS["survey"]
HELD_AGAINST = {
    "days": {"measure": "workdays", "standard": "低压平均"},
    "handled": {"standard": "税务UKey"},
    "ways": {"standard": "当天办完", "keeps": "online window"},
    "wish": {"standard": "别处承诺的"},
}


def test_promises_stand_beside_orders_and_answers_and_a_contradiction_becomes_a_task(
    client_for: Callable[..., Browser], field_time: object
) -> None:
    population, case = held_against_the_promise()
    at = f"/evaluator/populations/{population}/promises"
    client = client_for("evaluator")
    shown = client.get(at).text
    for wanted in ("低压平均≤3工作日", "2021年任务清单", "首尾相距工作日", "否认办理", "市市场监管委", "开补充核验任务", "GD1"):
        assert wanted in shown
    read = statement("SELECT subject_id, detail FROM audit_trail WHERE action = 'identities_read'")
    assert read == [{"subject_id": str(population), "detail": {"rows": 2}}], "who read names of enterprises beside contradictions"
    unsaid = (
        "税务UKey=0元",
        "问了，但回答不是数，问卷也没有写明哪些选项算兑现：",
        "不能直接对照，请看该题的比例",
        "当天办完=即时",
        "答“网上、窗口”算兑现",
        "别处承诺的",
        "这项任务和本专题的文件里没有这条承诺",
    )
    assert [words for words in unsaid if words not in shown] == []
    outside = client_for("commissioner").get(at).text
    assert "低压平均" in outside
    assert "GD1" not in outside
    assert "矛盾" not in outside
    assert client_for("commissioner").post(f"{at}/tasks", data={"case_id": case, "question": "days"}).status_code == 403
    assert client_for("submitter").get(at).status_code == 403
    assert client.post(f"{at}/batches").status_code == 409
    assert client.post(f"{at}/tasks", data={"case_id": case, "question": "days"}).status_code == 303
    assert client.post(f"{at}/tasks", data={"case_id": case, "question": "days"}).status_code == 409
    assert client.post(f"{at}/tasks", data={"case_id": case + 1, "question": "days"}).status_code == 404
    assert "做给部门的核对单" in client.get(at).text, "a task that no list holds yet is shown"
    assert client.post(f"{at}/batches").status_code == 303
    assert client.post(f"{at}/batches").status_code == 409, "nothing that was sent is sent again in another list"
    (made,) = statement("SELECT id FROM verification_batches")
    listed = f"{at}/batches/{made['id']}.csv"
    assert listed in client.get(at).text
    batch = client.get(listed).content.decode("utf-8-sig").splitlines()
    assert len(batch) == 1 + 6
    assert any(",GD1," in line for line in batch)
    assert client.get(listed).content.decode("utf-8-sig").splitlines() == batch, "the same list to whoever asks again"
    assert client.get(f"{at}/batches/{made['id'] + 1}.csv").status_code == 404
    (task,) = statement("SELECT id, told FROM verification_tasks")
    assert task["told"]["order_number"] == "GD1"
    assert client.post(f"{at}/tasks/{task['id']}", data={"finding": ""}).status_code == 422
    assert client.post(f"{at}/tasks/{task['id']}", data={"finding": "order_right", "note": " "}).status_code == 422
    assert client.post(f"{at}/tasks/{task['id']}", data={"finding": "order_right", "note": "已看原件"}).status_code == 303
    assert client.post(f"{at}/tasks/{task['id']}", data={"finding": "unclear"}).status_code == 409
    assert "工单属实" in client.get(at).text
    assert client.post(f"{at}/tasks", data={"case_id": case, "question": "ways"}).status_code == 303
    (chosen,) = statement("SELECT told FROM verification_tasks WHERE question = 'ways'")
    assert (chosen["told"]["answered"], chosen["told"]["order_number"]) == (0.5, "GD1") and "网上" in chosen["told"]["said"]
    assert f'<td class="number">{chosen["told"]["said"]}</td>' in client.get(at).text


def test_open_answers_are_coded_by_hand_with_their_history(client_for: Callable[..., Browser]) -> None:
    population = worked()
    at = f"/evaluator/populations/{population}/words/wish"
    client = client_for("evaluator")
    assert "已编码 0，共 13 条回答" in client.get(at).text
    with transaction() as session:
        study = session.execute(text("SELECT id FROM studies")).scalar_one()
        add_code(session, study, "wish", "材料", None)
        at_once = beside(lambda: client.post(f"{at}/codes", data={"label": "材料"}))
    assert at_once.result().status_code < 500
    for label in ("系统", "材料"):
        client.post(f"{at}/codes", data={"label": label})
    assert statement("SELECT code, label FROM answer_codes ORDER BY id") == [{"code": "1", "label": "材料"}, {"code": "2", "label": "系统"}]
    (first,) = statement("SELECT min(i.case_id) AS id FROM interviews i JOIN answers a ON a.interview_id = i.id WHERE question = 'wish'")
    with transaction() as session:  # the first says something of its own, the last too
        session.execute(text("UPDATE answers SET value = '\"不满意\"' WHERE id = (SELECT min(id) FROM answers WHERE question = 'wish')"))
        session.execute(text("UPDATE answers SET value = '\"太慢\"' WHERE id = (SELECT max(id) FROM answers WHERE question = 'wish')"))
    code = f"{at}/{first['id']}"
    for refused, told in (({}, "请先勾选类别"), ({"codes": ["9"]}, "不在这道题的类别表里"), ({"codes": ["0", "1"]}, "不能与别的类别")):
        assert told in client.get(client.post(code, data={"version": 1, **refused}).headers["location"]).text
    assert client.post(code, data={"version": 99, "codes": ["1"]}).status_code == 409
    assert client.post(code, data={"version": 1, "instance": "7", "codes": ["1"]}).status_code == 404
    assert client.post(f"{at}/0", data={"version": 1, "codes": ["1"]}).status_code == 404
    assert statement("SELECT id FROM codings") == []
    onward = client.post(code, data={"version": 1, "codes": ["1", "2"], "only": "uncoded"}).headers["location"]
    assert onward == f"{at}?only=uncoded&offset=0&at={first['id'] + 1}."
    shown = client.get(onward).text
    assert "11 条相同的回答，一起编码" in shown and "autofocus" in shown and "不满意" not in shown
    assert client.post(code, data={"version": 1, "codes": ["2"]}).headers["location"] == f"{at}?only=&offset=0&at={first['id']}."
    shown = client.get(f"{at}?only=2").text
    assert "已编码 1，共 13 条回答" in shown and "有效样本的 13 条回答里已编码 1 条" in shown
    assert "加权比例" not in shown, "no share is told of those coded first"
    assert client.get(f"{at}/history/{first['id']}").text.count("材料；系统") == 1
    assert client.post(f"{at}/{first['id'] + 1}", data={"version": 1, "codes": ["0"]}).status_code == 303
    (last,) = statement("SELECT max(case_id) AS id FROM interviews WHERE id IN (SELECT interview_id FROM answers WHERE question = 'wish')")
    assert client.post(f"{at}/{last['id']}", data={"version": 1, "codes": ["1"]}).headers["location"] == at
    shown = client.get(at).text
    assert "全部回答都已编码" in shown and "已编码 13，共 13 条回答" in shown and "加权比例" in shown and "wish_coded" in shown
    assert "=cmd|" in shown  # as it was said; nothing on a page is run
    (system,) = statement("SELECT id FROM answer_codes WHERE code = '2'")
    assert client.post(f"{at}/codes/{system['id']}/retire").status_code == 303
    assert "已停用" in client.get(at).text
    with transaction() as session:
        (stage,) = session.execute(text("SELECT stage_id FROM populations WHERE id = :p"), {"p": population}).one()
        (told,) = stage_state(session, stage)["populations"][0]["open"]
    assert (told["n"], told["answers"], told["coded"]) == (13, 13, 13)
    assert [(each["level"], each["n"]) for each in told["shares"]] == [("1", 13), ("2", 13), ("0", 13)]
    assert client.get(f"/evaluator/populations/{population}/words/days").status_code == 404
