"""The migrations make what the tables say."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from callcenter.db import engine
from callcenter.migrations import is_current
from callcenter.schema import metadata


def test_migrations_and_tables_agree(database_url: str) -> None:
    with engine.engine().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert is_current(database_url)


def test_the_audit_trail_cannot_be_changed(database_url: str) -> None:
    engine.statement("INSERT INTO audit_trail (at, action, subject_kind, subject_id, detail) VALUES (now(), 'tried', 'test', '1', '{}')")
    for attempt in ("UPDATE audit_trail SET action = 'other'", "DELETE FROM audit_trail"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            engine.statement(attempt)
    assert [row["action"] for row in engine.statement("SELECT action FROM audit_trail")] == ["tried"]
