"""Names of units: one normal form, all districts expanded, groups that name nobody."""

from pathlib import Path

import pytest

from callcenter.studies.reading import read_study
from callcenter.studies.settings_check import settings_of
from callcenter.studies.units import LEAD, RESPONSIBLE, UnitNames, unit_names

FOLDER = Path(__file__).resolve().parents[3] / "questionnaires" / "tianjin-2022"
DISTRICTS = ("和平区", "东丽区", "静海区", "滨海新区")
NAMES = UnitNames(DISTRICTS, "天津市", {"市规划自然资源局": "市规划资源局"})


@pytest.mark.parametrize(
    ("written", "normal", "answers_for"),
    [
        ("市税务局", "市税务局", "市税务局"),
        (" 市 税务局\u200b", "市税务局", "市税务局"),  # white space and invisible marks
        ("天津市税务局", "市税务局", "市税务局"),  # the city written out
        ("天津市市场监管委", "市市场监管委", "市市场监管委"),
        ("天津市", "天津市", "天津市"),  # the city itself keeps its name
        ("天津海关", "天津海关", "天津海关"),  # not the city's prefix
        ("国网天津市电力公司", "国网天津市电力公司", "国网天津市电力公司"),
        ("市规划自然资源局", "市规划资源局", "市规划资源局"),  # another name of the same unit
        ("天津市规划自然资源局", "市规划资源局", "市规划资源局"),
        ("东丽区人民政府", "东丽区", "东丽区"),
        ("东丽区市场监管局", "东丽区市场监管局", "东丽区"),  # a department counts for its district
        ("天津市东丽区市场监管局", "东丽区市场监管局", "东丽区"),
        ("东丽", "东丽", "东丽区"),
        ("天津市滨海新区政府", "滨海新区", "滨海新区"),
        ("滨海", "滨海", "滨海新区"),
        ("东丽湖管委会", "东丽湖管委会", "东丽湖管委会"),  # never guessed from a part of a name
    ],
)
def test_a_units_name_has_one_form_and_a_district_stands_for_its_departments(written: str, normal: str, answers_for: str) -> None:
    assert (NAMES.normal(written), NAMES.answers_for(written)) == (normal, answers_for)


@pytest.mark.parametrize("written", ["各区", "各区政府", "各区人民政府", "各区市场监管局", "16个区", "全市各区"])
def test_all_districts_are_each_of_them(written: str) -> None:
    assert NAMES.expanded([written]) == list(DISTRICTS) and not NAMES.is_group(written)


@pytest.mark.parametrize(
    "written",
    ["等有关单位", "市级有关单位", "各相关单位", "各供水企业", "各开发区管委会", "相关区人民政府", "领导小组各成员单位", "市财政局等部门"],
)  # fmt: skip
def test_a_group_that_names_nobody_is_no_unit(written: str) -> None:
    assert NAMES.is_group(written) and NAMES.expanded([written]) == [] and NAMES.groups([written, "市税务局"]) == [written]


def test_a_group_whose_members_the_study_names_is_each_of_them() -> None:
    names = UnitNames(DISTRICTS, "天津市", {}, {"市内各区": ("和平区人民政府", "东丽区")})
    assert names.expanded(["市内 各区", "静海区"]) == ["和平区", "东丽区", "静海区"] and not names.is_group("市内各区")
    assert NAMES.is_group("各区属企业") and NAMES.expanded(["各区属企业"]) == []


@pytest.mark.parametrize("units", [{"groups": ["市内六区"]}, {"groups": {"市内六区": "和平区"}}, {"aliases": ["市规划自然资源局"]}])
def test_units_written_otherwise_are_told(units: dict[str, object]) -> None:
    assert [problem.where for problem in settings_of({"units": units})[1] if problem.where.startswith("study.yaml units")]


@pytest.mark.parametrize(("word", "value"), [("liaison", "yes"), ("must_send", "all")])
def test_a_word_of_intake_that_is_not_known_is_told(word: str, value: str) -> None:
    assert f"study.yaml intake.{word}" in [problem.where for problem in settings_of({"intake": {word: value}})[1]]


def test_units_and_items_are_many_to_many_and_a_lead_that_is_responsible_too_leads() -> None:
    assert NAMES.parts(["市委网信办", "天津市税务局"], ["市委网信办", "等有关单位", "静海区人民政府", "静海区"]) == {
        "市委网信办": LEAD,
        "市税务局": LEAD,
        "静海区": RESPONSIBLE,
    }
    parts = NAMES.parts(["各区人民政府"], ["东丽区人民政府", "市财政局"])
    assert parts == dict.fromkeys(DISTRICTS, LEAD) | {"市财政局": RESPONSIBLE}


def test_the_shipped_checklist_names_the_sixteen_districts_and_no_group_among_its_units() -> None:
    content = read_study({path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in {".yaml", ".csv"}})
    names = unit_names(content.settings)
    items = {item.number: names.parts(item.lead_departments, item.responsible_units) for item in content.stages[0].items}
    assert len(names.districts) == 16
    assert [items[10][district] for district in names.districts] == [LEAD] * 16
    assert items[6]["东丽区"] == RESPONSIBLE and set(items[19]) == {"市规划资源局", "市住房城乡建设委", "市财政局", "静海区", "北辰区"}
    assert items[51]["市规划资源局"] == RESPONSIBLE and items[48]["滨海新区"] == LEAD
    named = {unit for parts in items.values() for unit in parts}
    assert not [unit for unit in named if "单位" in unit or unit.startswith(("各", "等", "相关"))]
    assert len(named) == 57
