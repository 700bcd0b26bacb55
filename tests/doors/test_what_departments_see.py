"""A department tries everything it can reach, and learns of no drawn unit; its certificate is sealed until the window is over."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from callcenter.db import engine
from callcenter.sampling import actions
from callcenter.sampling.certificate import document_sha256
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web.security import Allowed, all_routes, door_of
from tests.conftest import FieldTime
from tests.factories.people import Browser, make_user
from tests.factories.sampling import MadeFrame, insert, make_frame

UNIT = "市市场监管委"
WINDOW = (date(2022, 6, 1), date(2022, 6, 17))


@dataclass
class Drawn:
    """A population drawn and released through the actions, and all that must not be learnt of it."""

    frame: MadeFrame
    draw_id: int
    secrets: list[str]
    certificate: dict[str, object]


@pytest.fixture
def drawn(database_url: str, field_time: FieldTime) -> Drawn:
    with engine.transaction() as session:
        frame = make_frame(session)
        insert(
            session, "phases", stage_id=frame.stage_id, kind="calling", title="电话调查",
            first_day=WINDOW[0], last_day=WINDOW[1], scheduled_last_day=WINDOW[1], description="",
        )  # fmt: skip
        due = field_time() + timedelta(hours=1)
        draw = actions.commit(session, population_id=frame.population_id, public_source="双色球", public_due=due, user_id=None)
        design = actions.fix_design(session, frame_id=frame.frame_id, document={"total": 6}, user_id=None)
        assert draw.id is not None and design.id is not None
        draw_id, design_id = draw.id, design.id
    field_time.set(due + timedelta(minutes=1))
    with engine.transaction() as session:
        actions.enter_public_value(session, draw_id, "07 11 12", None)
        made = actions.draw(session, draw_id=draw_id, design_id=design_id, user_id=None).certificate or {}
        actions.release_main(session, draw_id=draw_id, why="释放主样本", user_id=frame.supervisor_id)
        rows = session.execute(
            text("SELECT u.unit_key, u.prn, f.name, f.contact, f.phones -> 0 ->> 'number' FROM draw_units u "
                 "JOIN frame_units f ON f.id = u.frame_unit_id")
        ).all()  # fmt: skip
    told = [word for row in rows for word in (*row[:4], row[4], row[4].removeprefix("+86"))]
    hidden = [made["seed"], made["secret"], made["sample_sha256"], *(row["last_prn"] for row in made["strata"])]
    return Drawn(frame, draw_id, [*told, *hidden], made)


def reached(app: FastAPI, role: str, drawn: Drawn) -> Iterator[tuple[str, str]]:
    """Every request that a role may make, with the ids of what was drawn, and with none."""
    for path, route in all_routes(app):
        door = door_of(route)
        if isinstance(door, Allowed) and role not in door.roles:
            continue
        if path.endswith(("/live", "/events", "/log-out", "/password")):
            continue  # streams do not end by themselves; the others end the session
        for number in (drawn.draw_id, drawn.frame.population_id, 987654):
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield method, re.sub(r"\{[^}]*\}", str(number), path)


@pytest.mark.parametrize("role", ["submitter", "commissioner"])
def test_no_page_download_error_or_search_tells_a_drawn_unit(
    app: FastAPI, client_for: Callable[..., Browser], drawn: Drawn, role: str
) -> None:
    somebody = client_for(make_user(role, unit=UNIT))
    searches = [{}, {"q": drawn.frame.units and next(iter(drawn.frame.units)), "search": "天津第", "offset": "0", "draft": "1"}]
    asked = sorted(set(reached(app, role, drawn)))
    assert any(path == f"/draws/{drawn.draw_id}/certificate.json" for _, path in asked)
    answers = 0
    for method, path in asked:
        for query in searches:
            answer = somebody.request(method, path, params=query, data={"note": "x"} if method == "POST" else None)
            answers += answer.status_code == 200
            seen = answer.text + json.dumps(dict(answer.headers))
            # What was typed into the search comes back in the field; it is no answer.
            own = {value for value in query.values() if value}
            told = [word for word in drawn.secrets if word in seen and word not in own]
            assert told == [], (method, path, answer.status_code)
    assert answers > 6


def test_doors_of_the_house_stay_closed_to_departments(client_for: Callable[..., Browser], drawn: Drawn) -> None:
    for role in ("submitter", "commissioner"):
        somebody = client_for(make_user(role, unit=UNIT))
        for path in ("certificate.json", "frame.csv", "sealed.json"):
            assert somebody.get(f"/sampling/draws/{drawn.draw_id}/{path}").status_code == 403
        assert somebody.get(f"/supervisor/sampling/draws/{drawn.draw_id}/releases").status_code == 403


def test_a_unit_sees_that_its_populations_were_drawn_and_others_are_not_told(client_for: Callable[..., Browser], drawn: Drawn) -> None:
    page = client_for(make_user("submitter", unit=UNIT)).get("/draws").text
    for shown in ("4-1 申领使用电子印章的企业", "第 1 次抽样", "封存到 2022-06-17", "20 个单位中抽取主样本 6 个"):
        assert shown in page
    assert str(drawn.certificate["design_sha256"]) in page and str(drawn.certificate["seed_commitment"]) in page
    for unit in ("市税务局", "", None):
        other = client_for(make_user("submitter", unit=unit))
        assert "还没有与您有关的抽样" in other.get("/draws").text
        hidden = other.get(f"/draws/{drawn.draw_id}/certificate.json")
        missing = other.get("/draws/987654/certificate.json")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert "没有与本单位有关的这份证书" in hidden.text and "没有与本单位有关的这份证书" in missing.text


def test_the_certificate_is_sealed_until_the_window_is_over_and_then_the_same_one_is_opened(
    client_for: Callable[..., Browser], drawn: Drawn, field_time: FieldTime
) -> None:
    submitter, commissioner = client_for(make_user("submitter", unit=UNIT)), client_for("commissioner")
    address = f"/draws/{drawn.draw_id}/certificate.json"
    sealed = submitter.get(address)
    assert sealed.headers["content-disposition"] == f'attachment; filename="sealed-certificate-{drawn.draw_id}.json"'
    document = sealed.json()
    assert document == commissioner.get(address).json()
    assert not {"seed", "secret", "public_value", "sample_sha256"} & document.keys()
    assert document["strata"] == [{"stratum": "和平区", "N": 12, "n": 4}, {"stratum": "河西区", "N": 8, "n": 2}]
    field_time.set(datetime(2022, 6, 17, 23, 59, tzinfo=FIELD_ZONE))
    assert "seed" not in submitter.get(address).json(), "the last day of the window is still the window"
    engine.statement("UPDATE phases SET last_day = '2022-06-20'")
    field_time.set(datetime(2022, 6, 18, 9, 0, tzinfo=FIELD_ZONE))
    assert "seed" not in submitter.get(address).json(), "the window was extended"
    field_time.set(datetime(2022, 6, 21, 0, 1, tzinfo=FIELD_ZONE))
    opened = submitter.get(address).json()
    assert opened == drawn.certificate
    assert document_sha256(opened) == document["opened_sha256"], "the sealed form had promised just this one"
    assert hashlib.sha256(opened["secret"].encode()).hexdigest() == document["seed_commitment"]
    assert "已公开" in submitter.get("/draws").text


def test_who_takes_an_opened_certificate_is_listed_beside_it(client_for: Callable[..., Browser], drawn: Drawn) -> None:
    evaluator = client_for("evaluator")
    assert "查看抽样证书" not in evaluator.get("/sampling/certificates").text
    assert "seed" in evaluator.get(f"/sampling/draws/{drawn.draw_id}/certificate.json").json()
    assert "seed" not in evaluator.get(f"/sampling/draws/{drawn.draw_id}/sealed.json").json()
    page = evaluator.get("/sampling/certificates").text
    assert "查看抽样证书" in page and evaluator.user and evaluator.user.name in page
    assert "到 2022-06-17" in page
