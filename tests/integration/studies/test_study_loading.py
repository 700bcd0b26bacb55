import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import func, select

from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.studies import actions, queries
from callcenter.studies.tables import ChecklistItem, DeclaredStandard, Phase, Population
from tests.conftest import FieldTime
from tests.factories.studies import FOLDER, demo_population, make_study

SECOND = '  - name: "2022"'
TABLES = (ChecklistItem, DeclaredStandard, Phase, Population)


def counts() -> list[int]:
    with transaction() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]


def test_loading_the_same_folder_again_duplicates_nothing(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        first = make_study(session)
    once = counts()
    with transaction() as session:
        again = make_study(session)
    assert counts() == once and again.id == first.id and again.salt == first.salt
    assert once[0] == 103 and once[2] == 28


def test_a_changed_folder_updates_rows_and_keeps_their_ids(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    with transaction() as session:
        before = demo_population(session, make_study(session))
    shutil.copytree(FOLDER, tmp_path / "study")
    checklist = tmp_path / "study" / "checklist.csv"
    checklist.write_text(checklist.read_text(encoding="utf-8").replace("申领使用电子印章的企业", "申领电子印章的企业"), encoding="utf-8")
    checklist.with_name("later.csv").write_text(
        checklist.read_text(encoding="utf-8").replace("税务UKey=0元", "税务UKey=9元"), encoding="utf-8"
    )
    study_file = tmp_path / "study" / "study.yaml"
    study_file.write_text(study_file.read_text(encoding="utf-8").replace(SECOND, f"{SECOND}\n    checklist: later.csv"), encoding="utf-8")
    with transaction() as session:
        study = actions.load(session, tmp_path / "study")
        after = demo_population(session, study)
        stages = queries.stages(session, study.id or 0)
        fourth = [item for stage in stages for item in queries.items(session, stage.id or 0) if item.number == 4]
        said = [[one.value for one in queries.item_standards(session, item)] for item in fourth]
        in_all = [one for one in queries.stage_standards(session, stages[0].id or 0) if one.item_number is None]
    assert (after.id, after.title) == (before.id, "申领电子印章的企业")
    assert said == [["0"], ["9"]], "what another stage promises under the same number is not this item's"
    assert in_all, "what no checklist promises holds in every stage"


def test_calling_opens_and_closes_by_the_schedule_and_an_extension_outlives_a_reload(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        study = make_study(session)
        assert study.id is not None
        stage = queries.stages(session, study.id)[0].id
        assert stage is not None
        assert queries.calling_window(session, stage) == (date(2022, 6, 1), date(2022, 6, 17))
        assert queries.open_phase(session, stage, "calling", date(2022, 6, 18)) is None
        phase = queries.open_phase(session, stage, "calling", date(2022, 6, 17))
        assert phase is not None and phase.id is not None
        actions.extend_phase(session, phase.id, date(2022, 6, 20), "回收率不足", None)
        with pytest.raises(InvalidInput):
            actions.extend_phase(session, phase.id, date(2022, 6, 25), " ", None)
        make_study(session)
        assert queries.open_phase(session, stage, "calling", date(2022, 6, 20)) is not None


def test_a_trial_is_open_today_says_so_and_does_not_mix_with_a_real_study(database_url: str, field_time: FieldTime) -> None:
    today = date(2026, 11, 22)
    with transaction() as session:
        study = make_study(session, trial_from=today)
        assert study.id is not None and study.is_demo and "试用" in study.title
        stage = queries.stages(session, study.id)[0].id
        assert stage is not None
        assert queries.open_phase(session, stage, "intake", today) and queries.open_phase(session, stage, "calling", today)
        with pytest.raises(Refused):
            make_study(session)


def test_a_folder_that_is_not_there_is_told(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    with transaction() as session, pytest.raises(NotFound):
        actions.load(session, tmp_path / "nothing")
    with transaction() as session, pytest.raises(InvalidInput) as found:
        actions.load(session, tmp_path)
    assert "study.yaml" in str(found.value)


def test_an_extension_for_one_unit_is_kept_beside_the_plan_and_outlives_a_reload(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        stage = queries.stages(session, make_study(session).id or 0)[0].id or 0
        phase = next(each for each in queries.phases(session, stage) if each.kind == "intake")
        actions.extend_phase(session, phase.id or 0, date(2022, 6, 3), "系统故障", None, unit="天津市东丽区人民政府")
        actions.extend_phase(session, phase.id or 0, date(2022, 6, 1), "假期", None)
        calling = queries.open_phase(session, stage, "calling", date(2022, 6, 2))
        assert calling is not None
        with pytest.raises(InvalidInput):  # only lists are sent by single units
            actions.extend_phase(session, calling.id or 0, date(2022, 6, 20), "假期", None, unit="东丽区")
    with transaction() as session:
        make_study(session)
        intake = queries.intake(session, stage)
        all_units, district = (intake.window(date(2022, 6, 2), unit) for unit in ("市税务局", "东丽区住建委"))
        assert (all_units.open, all_units.last_day, all_units.scheduled_last_day) == (False, date(2022, 6, 1), date(2022, 5, 31))
        assert (district.open, district.last_day, district.for_unit) == (True, date(2022, 6, 3), True)
        records = [(each.unit, each.last_day, each.reason) for each in queries.extensions(session, stage)]
        assert records == [("东丽区", date(2022, 6, 3), "系统故障"), (None, date(2022, 6, 1), "假期")]
