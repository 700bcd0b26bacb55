import shutil
from pathlib import Path

import pytest

from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.questionnaire import actions, queries
from tests.conftest import FieldTime
from tests.factories.studies import FOLDER, make_study


def test_a_changed_questionnaire_becomes_a_version_and_an_unchanged_one_does_not(
    database_url: str, field_time: FieldTime, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER, tmp_path / "study")
    file = tmp_path / "study" / "opening_business.yaml"
    original = file.read_text(encoding="utf-8")
    with transaction() as session:
        study = make_study(session).id
        assert study is not None
        with pytest.raises(NotFound):
            queries.released(session, study, "no_such_thing")
        first = queries.released(session, study, "opening_business")
        shipped = len(queries.versions(session, study))
        assert first.id in {each.id for each in actions.load(session, study, FOLDER)}
        file.write_text(original.replace("您打几分", "您给几分"), encoding="utf-8")
        second = next(each for each in actions.load(session, study, tmp_path / "study") if each.name == "opening_business")
        assert (first.version, second.version, second.title) == (1, 2, "企业开办服务电话调查")
        assert queries.definition(session, first.id or 0) != queries.definition(session, second.id or 0)
        file.write_text(original, encoding="utf-8")
        field_time.set(field_time.moment.replace(hour=5))
        back = next(each for each in actions.load(session, study, tmp_path / "study") if each.name == "opening_business")
        assert back.id == first.id and queries.released(session, study, "opening_business").id == first.id
        assert len(queries.versions(session, study)) == shipped + 1


def test_a_questionnaire_with_an_error_is_not_released(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "study")
    file = tmp_path / "study" / "opening_business.yaml"
    with transaction() as session:
        study = make_study(session).id
        assert study is not None
        file.write_text(file.read_text(encoding="utf-8").replace("${cost} > 0", "${price} > 0"), encoding="utf-8")
        with pytest.raises(InvalidInput) as found:
            actions.load(session, study, tmp_path / "study")
        assert "Q004" in str(found.value) and "price" in str(found.value)
        file.write_text("survey: [", encoding="utf-8")
        with pytest.raises(Refused):
            actions.load(session, study, tmp_path / "study")
