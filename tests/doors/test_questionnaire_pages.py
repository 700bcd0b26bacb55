"""The editor's pages: problems beside rows, preview, picture, differences, paper; drafts are checked and released."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document

from callcenter.db.engine import statement, transaction
from callcenter.schema import metadata
from tests.conftest import FieldTime
from tests.factories.people import Browser
from tests.factories.studies import FOLDER, make_study

AT = "/administrator/questionnaires"
SCRIPT = "<script>alert('x')</script>😀"


@pytest.fixture
def study(database_url: str, field_time: FieldTime) -> int:
    with transaction() as session:
        return make_study(session).id or 0


def version_of(name: str) -> dict[str, Any]:
    return statement("SELECT * FROM questionnaires WHERE name = %(name)s ORDER BY version DESC LIMIT 1", {"name": name})[0]


def uploaded(browser: Browser, study: int, text: str, file: str = "x.yaml", name: str = "opening_business") -> Any:
    return browser.post(AT, data={"study_id": study, "name": name}, files={"file": (file, text.encode())})


def test_a_version_is_seen_from_every_side(study: int, client_for: Callable[..., Browser]) -> None:
    administrator, version = client_for("administrator"), version_of("opening_business")
    at = f"{AT}/{version['id']}"
    assert version["sha256"][:12] in administrator.get(AT).text
    rows = administrator.get(at).text
    assert 'id="survey-3"' in rows and "没有发现问题" in rows and version["sha256"] in rows
    picture = administrator.get(f"{at}/picture").text
    assert "<svg" in picture and "“是否办过所列业务”是“办过”" in picture and 'tabindex="0"' in picture
    assert "再次启用" not in rows
    assert "只有一个版本" in administrator.get(f"{at}/differences").text
    paper = administrator.get(f"{at}/print").text
    assert "只在以下情况问：" in paper and "签字" in paper and version["sha256"] in paper
    word = "\n".join(each.text for each in Document(io.BytesIO(administrator.get(f"{at}/file.docx").content)).paragraphs)
    assert version["sha256"] in word and "具体经办人" in word and "任务：" in word and "{{ enterprise.name }}" in word
    assert administrator.get(f"{at}/file.svg").content.startswith(b"<svg")
    assert (
        uploaded(administrator, study, administrator.get(f"{at}/file.yaml").text).headers["location"] != at
    )  # comments of the file are gone
    assert administrator.get(f"{at}/file.exe").status_code == administrator.get(f"{AT}/999999").status_code == 404
    assert client_for("operator").get(at).status_code == 403


def test_a_draft_is_checked_compared_and_released_and_scripts_in_it_stay_text(study: int, client_for: Callable[..., Browser]) -> None:
    administrator = client_for("administrator")
    source = (FOLDER / "opening_business.yaml").read_text(encoding="utf-8")
    first = version_of("opening_business")
    broken = uploaded(administrator, study, source.replace("${cost} > 0", "${price} > 0"))
    page = administrator.get(broken.headers["location"]).text
    assert "Q004" in page and "price" in page and re.search(r"<tr id=.survey-\d+. class=.bad.>", page)
    refused = administrator.post(broken.headers["location"] + "/release")
    assert refused.status_code == 422 and "Q004" in refused.text
    assert administrator.get(broken.headers["location"] + "/preview").status_code == 409
    assert administrator.post(broken.headers["location"] + "/discard").status_code == 303

    changed = source.replace("label: 是否名单所列企业", f'label: "{SCRIPT}"').replace("您打几分", "您给几分")
    draft = uploaded(administrator, study, changed).headers["location"]
    assert version_of("opening_business")["released_at"] is None and administrator.get(draft + "/preview").status_code == 200
    for end in ("", "/picture", "/print", "/differences"):
        shown = administrator.get(draft + end).text
        assert "<script>alert" not in shown and "😀" in shown, end
    assert "D01" in administrator.get(f"{draft}/differences?before={first['id']}").text
    assert administrator.post(draft + "/release").headers["location"] == draft
    assert administrator.post(draft + "/discard").status_code == 409
    wrong = administrator.post(AT, data={"study_id": study, "name": "opening_business"}, files={"file": ("x.docx", b"PK\x03\x04\x00")})
    assert wrong.status_code == 422 and "x.docx 不是问卷" in wrong.text and 'name="file"' in wrong.text
    foreign = "settings: [{form_title: 别的}]\nsurvey: [{type: text, name: a, 'say::中文': 您好, 'say::English': Hello}]\n"
    foreign = uploaded(administrator, study, foreign).headers["location"]
    assert administrator.post(foreign + "/release").headers["location"] == foreign + "/release"
    asked = administrator.get(foreign + "/release").text
    assert "别的" in asked and "right_enterprise" in asked and 'name="confirmed"' in asked
    assert version_of("opening_business")["released_at"] is None and "Q040" in (shown := administrator.get(foreign).text)
    assert '<td class="text">您好</td>' in shown and "ask-discard" in shown
    assert f'<option value="{draft.rsplit("/")[-1]}" selected>' in administrator.get(foreign + "/differences").text
    for end, told in (("", "您好"), ("?language=English", "Hello")):
        assert (
            told in administrator.get(foreign + "/print" + end).text
            and f"{foreign}/preview/in/" in administrator.get(foreign + "/preview" + end).text
        )
    state = administrator.get(foreign + "/preview/in/English/state").json()
    assert state["interview"]["question"]["say"] == "Hello"
    administrator.post(foreign + "/release", data={"confirmed": "yes"})
    assert version_of("opening_business")["released_at"] is not None
    done = [
        row["action"] for row in statement("SELECT action FROM audit_trail WHERE subject_kind = 'questionnaire' ORDER BY id DESC LIMIT 6")
    ]
    kept = ["release_questionnaire", "questionnaire_draft_kept"]
    assert done == [*kept, *kept, "questionnaire_draft_removed", "questionnaire_draft_kept"]


def counted() -> dict[str, int]:
    """Rows of every table but those that any log-in or the practice itself writes."""
    apart = {"practices", "sessions", "log_ins", "alembic_version"}
    return {name: statement(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in metadata.tables if name not in apart}


def pressed(browser: Browser, api: str, what: str, state: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = browser.post(api + what, json=body | ({"memo": state["memo"]} if "memo" in state else {}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def talked(browser: Browser, api: str, state: dict[str, Any]) -> dict[str, Any]:
    """Every question answered, up to the end of the way."""
    while state["interview"]["question"]:
        question = state["interview"]["question"]
        value = {"integer": 3, "decimal": 3, "text": "无", "range": 8}.get(question["type"])
        chosen = question["choices"][0]["value"] if question["choices"] else None
        value = [chosen] if question["type"] == "select_multiple" else chosen if chosen is not None else value
        state = pressed(browser, api, "answer", state, question=question["name"], instance=question["instance"], value=value)
    return state


def test_practice_is_the_whole_console_and_counts_nowhere(study: int, field_time: FieldTime, client_for: Callable[..., Browser]) -> None:
    operator, other = client_for("operator"), client_for("operator")
    version = version_of("opening_business")["id"]
    assert "开始练习" in operator.get("/practice").text
    before = counted()
    console = operator.post(f"/practice/{version}").headers["location"]
    assert "practice-mark" in operator.get(console).text and "练习" in operator.get(console).text
    api = console + "/"
    state = operator.get(api + "state").json()
    assert state["lease"] is None and other.get(api + "state").status_code == 404
    state = pressed(operator, api, "next", state)
    assert "虚构" in state["lease"]["enterprise"] and state["lease"]["phones"][0]["number"] == "+862200000000"
    assert operator.post(api + "answer", json={"question": "notice", "value": "yes"}).status_code == 409
    assert pressed(operator, api, "dial", state)["attempt"]["state"] == "ringing"
    field_time.set(field_time.moment.replace(minute=1))
    state = talked(operator, api, operator.get(api + "state").json())
    assert state["interview"]["complete"] and state["outcomes"][0] == "complete" and state["saved_at"]
    assert pressed(operator, api, "back", state)["interview"]["question"]
    assert operator.post(api + "outcome", json={"outcome": "no_such"}).status_code == 409
    state = pressed(operator, api, "outcome", pressed(operator, api, "hang-up", state), outcome="complete")
    assert state["finished"]["outcome"] == "complete" and state["lease"] is None
    assert pressed(operator, api, "next", state)["lease"]["enterprise"] != "练习企业1（虚构）"
    assert counted() == before
    assert statement("SELECT cases_done FROM practices")[0]["cases_done"] == 1
    assert operator.post(api + "dial-for-real", json={}).status_code == 404


def test_a_preview_walks_the_questionnaire_and_stores_nothing(study: int, client_for: Callable[..., Browser]) -> None:
    administrator = client_for("administrator")
    api = f"{AT}/{version_of('opening_business')['id']}/preview/"
    assert "practice-mark" in administrator.get(api.removesuffix("/")).text
    api += "in/zh/"
    before = counted() | {"practices": 0}
    state = administrator.get(api + "state").json()
    assert state["interview"]["question"]["name"] == "notice"
    administrator.headers["Accept"] = "application/json"  # as the page's script asks
    refused = administrator.post(api + "answer", json={"question": "notice", "value": "maybe", "memo": state["memo"]})
    assert refused.status_code == 422 and refused.json()["refused"]
    state = talked(administrator, api, state)
    assert state["outcomes"][0] == "complete"
    state = pressed(administrator, api, "outcome", state, outcome="complete")
    assert pressed(administrator, api, "dial", pressed(administrator, api, "next", state))["attempt"]["state"] == "answered"
    assert counted() | {"practices": statement("SELECT count(*) AS n FROM practices")[0]["n"]} == before
    for memo in (None, {}, {"answers": 5}, state["memo"] | {"answers": {"notice": 1}}, state["memo"] | {"placed_at": "x"}):
        assert administrator.post(api + "next", json={"memo": memo}).status_code == 422
