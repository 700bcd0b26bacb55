"""The boards' role reads what boards show and nothing else; it never writes."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.db.local_server import BOARDS_ROLE
from callcenter.response_rates.queries import study_counts
from callcenter.schema import metadata
from tests.conftest import Databases
from tests.factories.field_work import make_worked_sample

SECRET = {
    ("users", "password_hash"),
    ("draws", "secret"),
    ("draws", "seed"),
    ("draws", "certificate"),
    ("studies", "salt"),
    ("cases", "phones"),
    ("cases", "enterprise_name"),
    ("cases", "unit_key"),
    ("cases", "contact"),
    ("attempts", "phone"),
    ("attempts", "note"),
    ("answers", "value"),
    ("frame_units", "name"),
    ("submissions", "file"),
    ("submission_rows", "cells"),
    ("package_parts", "data"),
    ("do_not_call", "value"),
    ("audit_trail", "detail"),
}


@pytest.fixture
def boards_url(databases: Databases, database_url: str) -> str:
    return databases.server.url(database_url.rsplit("/", 1)[1], user=BOARDS_ROLE, password=databases.server.boards_password)


@pytest.fixture
def as_boards(boards_url: str, database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(boards_url, autocommit=True) as connection:
        yield connection


def test_the_board_query_runs_under_the_role(database_url: str, boards_url: str) -> None:
    with transaction() as session:
        study = make_worked_sample(session, {"和平区": ["1.1", "3.13"]}).drawn.frame.study_id
    engine.connect(boards_url, pool_size=2)
    with transaction() as session:
        assert study_counts(session, study)[0].total.released == 2


def test_the_role_cannot_read_what_is_secret_or_personal(as_boards: psycopg.Connection[tuple[object, ...]]) -> None:
    for table, column in sorted(SECRET):
        assert column in metadata.tables[table].columns
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_boards.execute(sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table)))


def test_the_role_cannot_write(as_boards: psycopg.Connection[tuple[object, ...]]) -> None:
    for table in sorted(metadata.tables):
        for attempt in ("DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES", "DROP TABLE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                as_boards.execute(sql.SQL(attempt).format(sql.Identifier(table)))


def test_the_role_cannot_make_tables_of_its_own(as_boards: psycopg.Connection[tuple[object, ...]]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_boards.execute("CREATE TABLE mine (id int)")
