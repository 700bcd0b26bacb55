"""The package of a worked population."""

import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import text

from callcenter.db.engine import statement, transaction
from callcenter.errors import Refused
from callcenter.exports import package
from callcenter.exports.actions import make_package, package_files
from callcenter.exports.queries import packages
from callcenter.operations.actions import queue_job
from callcenter.operations.queries import job
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from tests.conftest import FieldTime
from tests.factories.field_work import WorkedSample, give, make_worked_sample

CODES = {"和平区": ["1.1"] * 6 + ["4.80", "3.13", "2.112"], "河西区": ["1.1"] * 7 + [""]}


def worked() -> WorkedSample:
    with transaction() as session:
        return make_worked_sample(session, CODES)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_package_holds_everything_and_no_identity(database_url: str, field_time: FieldTime) -> None:
    made = worked()
    with transaction() as session:
        stored = make_package(session, made.drawn.frame.population_id, made.operator_id)
        archive, manifest = stored.archive, stored.manifest
    files = package.unpack(archive)
    assert package.verify(files) == len(files) - 1
    expected = "README.txt answers.xlsx answers_long.csv answers_wide.csv attempts.csv codebook.csv codebook.html dispositions.csv"
    expected += " draw_certificate.json estimates.csv manifest.json response_rates.csv response_rates.json strata_and_weights.csv"
    assert sorted(files) == sorted(expected.split())
    whole = b"".join(files[name] for name in files if not name.endswith(".xlsx")).decode("utf-8")
    for identity in ("天津第", "E0001", "+86138", "138000"):
        assert identity not in whole
    wide = table(files["answers_wide.csv"])
    assert len(wide) == 17
    assert sum(float(row["weight"]) for row in wide) == pytest.approx(51)
    assert {row["ways__online"] for row in wide} == {"", "1"}
    assert all(row["wish"] == "" or row["wish"].startswith("'=") for row in wide)
    assert len(table(files["attempts.csv"])) == 16
    assert len(table(files["dispositions.csv"])) == 32
    rates = json.loads(files["response_rates.json"])
    assert [row["by"] for row in rates] == ["和平区", "河西区", None]
    assert rates[-1]["rates"]["RR1"] == pytest.approx(13 / 16)
    assert manifest["state"]["valid"] == 13
    book = openpyxl.load_workbook(io.BytesIO(files["answers.xlsx"]))
    assert book.sheetnames == ["answers", "answers_long", "codebook"]
    assert statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'package_made'") == [{"n": 1}]


def test_nothing_changed_gives_the_same_bytes_and_one_package(database_url: str, field_time: FieldTime) -> None:
    made = worked()
    population = made.drawn.frame.population_id
    with transaction() as session:
        first = make_package(session, population, made.operator_id).id
        files, _ = package_files(session, population)
    with transaction() as session:
        assert package_files(session, population)[0] == files
        assert make_package(session, population, made.operator_id).id == first
        interview = statement("SELECT max(id) AS id FROM interviews")[0]["id"]
        give(session, interview, "days", 30, version=2)
        assert make_package(session, population, made.operator_id).id != first
        assert len(packages(session, population)) == 2


def test_what_the_cap_on_contacts_stopped_is_counted_by_stratum(database_url: str) -> None:
    made = worked()
    with transaction() as session:
        session.execute(text("UPDATE cases SET closed_why = 'cap' WHERE id = (SELECT min(id) FROM cases)"))
        strata = table(package_files(session, made.drawn.frame.population_id)[0]["strata_and_weights.csv"])
    assert sorted(row["capped"] for row in strata) == ["0", "1"]


def test_an_auditors_package_holds_the_frame(database_url: str) -> None:
    made = worked()
    with transaction() as session:
        files, _ = package_files(session, made.drawn.frame.population_id, for_auditor=True)
    assert len(table(files["frame.csv"])) == 51


def test_a_worker_makes_it_as_a_job(database_url: str, field_time: FieldTime) -> None:
    made = worked()
    population = made.drawn.frame.population_id
    with transaction() as session:
        job_id = queue_job(session, "export", {"population_id": population, "user_id": made.operator_id}, made.operator_id)
    assert Worker(database_url, "w", HANDLERS).run_one()
    with transaction() as session:
        done = job(session, job_id)
        assert done is not None
        assert (done.state, done.error) == ("done", None)
        assert done.result is not None
        assert done.result["package_id"] == packages(session, population)[0].id


def test_what_cannot_be_made_is_refused(database_url: str) -> None:
    with transaction() as session, pytest.raises(Refused, match="还没有抽样"):
        make_package(session, 1, None)
    with transaction() as session, pytest.raises(Refused, match="sav"):
        package_files(session, 1, ["csv", "sav"])
