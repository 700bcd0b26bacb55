from collections.abc import Callable
from pathlib import Path

import pytest

from callcenter.studies.problems import FolderProblems
from callcenter.studies.reading import read_study
from callcenter.studies.settings_check import for_trial

FOLDER = Path(__file__).resolve().parents[3] / "questionnaires" / "tianjin-2022"
Files = dict[str, str]


@pytest.fixture
def files() -> Files:
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in {".yaml", ".csv"}}


def test_the_shipped_study_holds_what_the_plan_prints(files: Files) -> None:
    content = read_study(files)
    first, second = content.stages
    assert (len(content.topics), len(first.items), len(first.phases) + len(second.phases)) == (25, 103, 28)
    assert sum(item.needs_list for item in first.items) == 62
    assert second.items == []
    assert {standard.document for standard in content.standards} == {"天津市优化营商环境2021年任务清单", "东丽区优化营商环境18项指标措施"}
    promised = {standard.item_number for standard in content.standards if standard.item_number}
    assert {4, 6, 19, 27, 28, 29, 33} <= promised and len(promised) == 31


def test_an_item_with_several_lists_has_a_population_for_each(files: Files) -> None:
    items = {item.number: item for item in read_study(files).stages[0].items}
    assert [(p.code, p.title, p.period_start) for p in items[1].populations] == [
        ("1-1", "员工参保登记企业", "policy-month"),
        ("1-2", "个人独资合伙及个体开办户", "2022-01"),
        ("1-3", "分段办理社保公积金登记企业", None),
    ]
    assert [p.respondents for p in items[92].populations] == ["enterprises", "institutions", "persons"]
    assert items[19].populations[0].settings["source"] == "work_orders"


def test_a_population_is_asked_its_topics_questionnaire_less_what_that_leaves_out(files: Files) -> None:
    asked = {p.code: p.questionnaire for item in read_study(files).stages[0].items for p in item.populations}
    assert asked["4-1"] == "opening_business" and asked["28-2"] == "electricity" and asked["85-1"] is None
    files["study.yaml"] = files["study.yaml"].replace("topics: [8]", 'topics: [8], populations: ["85-1"], except: ["28-2"]')
    asked = {p.code: p.questionnaire for item in read_study(files).stages[0].items for p in item.populations}
    assert asked["85-1"] == asked["28-1"] == "electricity" and asked["28-2"] is None


@pytest.mark.parametrize(
    ("spoil", "where", "what"),
    [
        (lambda f: f.pop("study.yaml"), "study.yaml", "没有这个文件"),
        (lambda f: f.update({"study.yaml": "a: [1"}), "study.yaml 第", "YAML"),
        (lambda f: f.pop("topics.csv"), "study.yaml topics", "没有文件 topics.csv"),
        (lambda f: f.update({"topics.csv": f["topics.csv"].replace("topic_no", "number")}), "topics.csv 第 2 行", "缺少列 topic_no"),
        (lambda f: f.update({"schedule.csv": f["schedule.csv"].replace("2022-06-17", "2022-06-99")}), "schedule.csv 第 10 行", "读不懂"),
        (lambda f: f.update({"schedule.csv": f["schedule.csv"].replace("线上培训会", "线下培训会")}), "schedule.csv 第 7 行", "没有种类"),
        (
            lambda f: f.update({"checklist.csv": f["checklist.csv"].replace("税务UKey=0元", "税务UKey免费")}),
            "checklist.csv 第 5 行",
            "读不懂",
        ),
        (lambda f: f.update({"study.yaml": f["study.yaml"].replace("lines:", "no_lines:", 1)}), "study.yaml lines", "没有公布的外呼号码"),
        (
            lambda f: f.update({"study.yaml": f["study.yaml"].replace("topics: [8]", 'topics: [8], except: ["28-9"]')}),
            "study.yaml questionnaires electricity.yaml",
            "28-9",
        ),
        (
            lambda f: f.update({"study.yaml": f["study.yaml"].replace('["09:00", "10:30"]', '["10:30", "09:00"]')}),
            "study.yaml calling",
            "时段",
        ),
        (
            lambda f: f.update({"study.yaml": f["study.yaml"].replace("bundle: 2", "bundle: many")}),
            "study.yaml calling.bundle",
            "一次通话最多问几项业务",
        ),
        (
            lambda f: f.update({"study.yaml": f["study.yaml"] + "\nestimates: {rake_by: [colour]}\n"}),
            "study.yaml estimates.rake_by",
            "colour",
        ),
        (lambda f: f.update({"study.yaml": f["study.yaml"] + "\nestimates: {trim_at: 0.5}\n"}), "study.yaml estimates.trim_at", "0.5"),
        (lambda f: f.update({"study.yaml": f["study.yaml"] + "\nestimates: {tolerances: {weeks: 1}}\n"}), "study.yaml estimates", "1"),
    ],
)
def test_a_problem_in_the_folder_says_where_what_and_what_to_do(
    files: Files, spoil: Callable[[Files], object], where: str, what: str
) -> None:
    spoil(files)
    with pytest.raises(FolderProblems) as found:
        read_study(files)
    mine = [problem for problem in found.value.problems if problem.where.startswith(where) and what in problem.what]
    assert mine and all(problem.fix for problem in found.value.problems)


def test_a_trial_can_be_called_at_any_hour_of_any_day(files: Files) -> None:
    calling = for_trial(read_study(files).settings)["calling"]
    assert calling["weekdays"] == [1, 2, 3, 4, 5, 6, 7] and calling["holidays"] == "none"
    assert calling["dayparts"][0][0] == "00:00" and calling["dayparts"][-1][1] == "23:59:59"
    assert calling["caps"] == {"attempts": 6, "a_day": 2, "workdays": 3, "busy_a_day": 3}
