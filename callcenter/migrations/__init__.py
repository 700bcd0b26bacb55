"""Alembic migrations, run by `upgrade`; `callcenter db upgrade` and `scripts/run` call it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from callcenter.db.engine import driver_url

# One upgrade at a time, whoever starts it: several processes may start together on an empty database.
UPGRADE_LOCK = 7_214_001


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; nothing happens where it is there already."""
    engine = create_engine(driver_url(url))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database at `url` has the newest schema."""
    engine = create_engine(driver_url(url))
    try:
        with engine.connect() as connection:
            newest = ScriptDirectory.from_config(_config(connection)).get_heads()
            return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)
    finally:
        engine.dispose()


def revise(url: str, message: str, revision: str) -> None:
    """Write a new migration from what differs between the tables in code and the database at `url` (for developers)."""
    engine = create_engine(driver_url(url))
    try:
        with engine.connect() as connection:
            command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)
    finally:
        engine.dispose()
