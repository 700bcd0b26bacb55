"""A database with a long queue and many operators, for the benchmarks of the queue; field time stands still."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from callcenter import clock
from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.db.local_server import LocalServer
from callcenter.migrations import upgrade
from callcenter.wiring import HANDED_OVER_EVERY
from tests.factories.cases import make_cases

NOW = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)
"""Thursday 2022-06-02 10:00 in Tianjin, inside the first calling window."""

# Copies of the made cases, each an enterprise of its own; what they refer to need not be there a million times.
_FILL = """
SET session_replication_role = replica;
INSERT INTO cases (study_id, population_id, release_id, draw_unit_id, stratum_id, unit_key, district, order_key, enterprise_name, contact,
    phones, matters, respondents, questionnaire_id, state, rank, due_at, needs_conversion, attempts, attempts_on_day, created_at)
SELECT c.study_id, c.population_id, c.release_id, 1000000 + n, c.stratum_id, 'N' || n, c.district, md5(n::text), c.enterprise_name,
    c.contact, c.phones, c.matters, c.respondents, c.questionnaire_id, 'ready', 40, '2022-06-01 02:00+00', false, 0, 0, c.created_at
FROM (SELECT * FROM cases ORDER BY id LIMIT 1) c, generate_series({first}, {last}) n;
SET session_replication_role = origin;
"""


@dataclass(frozen=True)
class House:
    """Where the database is and who works there."""

    url: str
    operators: list[int]


@contextmanager
def standing_house(folder: Path, operators: int, cases: int) -> Iterator[House]:
    """A server of its own, to which this process is connected."""
    with LocalServer(folder / "server") as server:
        upgrade(server.url())
        engine.connect(server.url(), pool_size=16)
        sys.setswitchinterval(HANDED_OVER_EVERY)  # as wiring does
        clock.plug(lambda: NOW)
        try:
            with transaction() as session:
                made = make_cases(session, 8, operators=operators)
            fill(server.url(), 1, cases)
            yield House(server.url(), made.operators)
        finally:
            clock.plug(clock.wall_clock)
            engine.disconnect()


def fill(url: str, first: int, last: int) -> None:
    """Cases with these numbers, due since yesterday, in an order of chance."""
    with psycopg.connect(url, autocommit=True) as connection:
        for each in (*_FILL.format(first=first, last=last).split(";\n")[:-1], "VACUUM ANALYZE"):
            connection.execute(each)  # type: ignore[call-overload]  # our own text
