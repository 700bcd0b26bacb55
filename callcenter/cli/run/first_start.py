"""What a new installation starts with: a log-in for each role and the demo study as a trial. Every step may be repeated."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

import callcenter
from callcenter import clock
from callcenter.cli.run.data_folder import DataFolder
from callcenter.cli.study import load_folder
from callcenter.db.engine import transaction
from callcenter.errors import NotFound
from callcenter.lists import actions as lists
from callcenter.lists import queries as list_queries
from callcenter.lists.liaison import LiaisonPerson
from callcenter.people import actions as people
from callcenter.people import passwords
from callcenter.people import queries as people_queries
from callcenter.people.roles import LABELS
from callcenter.simulation import demo_lists
from callcenter.studies import queries as studies_queries
from callcenter.studies.phases import field_day

STUDY = "tianjin-2022"
STUDY_FOLDER = Path(callcenter.__file__).parent.parent / "questionnaires" / STUDY
OWN_UNIT = "市市场监管委"
UNITS_PER_DISTRICT = 120
QUESTIONNAIRES = ("opening_business",)
DEMO_LIAISON = LiaisonPerson(name="王某", office="政务服务处", mobile="+8613800000001", mail="demo@example.cn")
"""Whom the demo's other departments have named; the submitter's own unit has yet to."""
PEOPLE = (
    ("administrator", "administrator", "系统管理员", None),
    ("supervisor", "supervisor", "督导一", None),
    ("operator", "operator", "话务员一", None),
    ("submitter", "submitter", "名单联系人", OWN_UNIT),
    ("evaluator", "evaluator", "评估人员一", None),
    ("commissioner", "commissioner", "委托方联系人", None),
)
"""Role, username, name and unit of the first log-ins."""


def prepare(folder: DataFolder, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The trial study and the log-ins, made where they are not there yet; the log-ins."""
    if not _study_is_there():
        say("首次启动：正在载入演示调查。")
        _load_study(trial_from=field_day(clock.now()))
    log_ins = _log_ins(folder, operators=1)
    _bring_lists(folder)
    return log_ins


def prepare_demo(folder: DataFolder, operators: int) -> list[dict[str, Any]]:
    """The study on its true dates, for a field period that is played; log-ins with as many operators as told."""
    _load_study(trial_from=None)
    return _log_ins(folder, operators)


def _study_is_there() -> bool:
    with transaction() as session:
        try:
            studies_queries.study_by_name(session, STUDY)
        except NotFound:
            return False
        return True


def _load_study(trial_from: date | None) -> None:
    with transaction() as session:
        load_folder(session, STUDY_FOLDER, trial_from=trial_from)


def _bring_lists(folder: DataFolder) -> None:
    """Lists of other departments are sent already; the submitter's own is laid into the data folder, to be sent by the page."""
    with transaction() as session:
        study = studies_queries.study_by_name(session, STUDY)
        stage = studies_queries.stages(session, study.id or 0)[0]
        population = studies_queries.population_by_code(session, stage.id or 0, demo_lists.POPULATION)
        if population.id is None or list_queries.receipts(session, population_id=population.id):
            return
        for made in demo_lists.make(per_district=UNITS_PER_DISTRICT):
            if made.department == OWN_UNIT:
                folder.keep_file(Path("lists") / made.file_name, made.data)
                continue
            lists.submit(
                session,
                population_id=population.id,
                department=made.department,
                user_id=None,
                file_name=made.file_name,
                data=made.data,
            )
            lists.name_liaison(session, stage_id=stage.id or 0, unit=made.department, person=DEMO_LIAISON, user_id=None)


def _log_ins(folder: DataFolder, operators: int) -> list[dict[str, Any]]:
    """Passwords are kept before anybody can use them, so that a start cut short does not lose them."""
    kept = folder.read("log-ins.json")
    more = [("operator", f"operator{number}", f"话务员{number}号", None) for number in range(2, operators + 1)]
    for role, username, name, unit in (*PEOPLE, *more):
        made = {"role": role, "label": LABELS[role], "username": username, "name": name, "unit": unit}
        kept.setdefault(username, {**made, "password": passwords.generate()})
    folder.write("log-ins.json", kept)
    with transaction() as session:
        return [_as_it_stands(session, log_in) for log_in in kept.values()]


def _as_it_stands(session: Session, log_in: dict[str, Any]) -> dict[str, Any]:
    """The log-in, added where it is not there yet; one whose password was changed since has none that we know."""
    if people_queries.user_by_name(session, log_in["username"]) is None:
        _add(session, log_in)
    elif not people_queries.password_is(session, log_in["username"], log_in["password"]):
        return {**log_in, "password": None}
    return log_in


def _add(session: Session, log_in: dict[str, Any]) -> None:
    user, _ = people.add_user(
        session,
        username=log_in["username"],
        name=log_in["name"],
        role=log_in["role"],
        unit=log_in["unit"],
        password=log_in["password"],
        must_change_password=False,
    )
    if user.role == "operator" and user.id is not None:
        for name in QUESTIONNAIRES:
            people.train(session, user.id, name)
