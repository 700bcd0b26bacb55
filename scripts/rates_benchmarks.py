"""Benchmarks of rates: board numbers from counters, and a recount of every cut from the rows."""

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.db import engine
from callcenter.db.local_server import LocalServer
from callcenter.migrations import upgrade
from callcenter.response_rates import cuts
from callcenter.response_rates.actions import fold_counters, rebuild_counters
from callcenter.response_rates.cuts import Scope
from callcenter.response_rates.queries import cases_by, study_counts
from callcenter.response_rates.queries.cutting import KEYS
from scripts.measuring import Measured, best, compared
from scripts.sampling_benchmarks import drawn_frame

FEW, MANY = 10_000, 1_000_000
RECOUNTED = (*cuts.CASES, *cuts.FINAL)


def rates(cases: int = MANY) -> list[Measured]:
    """Both, on a database of few and one of many cases."""
    with tempfile.TemporaryDirectory() as folder, LocalServer(Path(folder), settings={"fsync": "off", "shared_buffers": "512MB"}) as server:
        upgrade(server.url())
        engine.connect(server.url(), pool_size=2)
        try:
            with engine.transaction() as session:
                few, many = _worked(session, FEW), _worked(session, cases)
                rebuild_counters(session, "bench", None)
            engine.statement("ANALYZE")
            return [_board(few, many, cases), _recount(many, cases)]
        finally:
            engine.disconnect()


def _board(few: int, many: int, cases: int) -> Measured:
    """The same strata, releases and districts; a hundred reads each, so that milliseconds can be told apart."""

    def read(study: int) -> None:
        with engine.transaction() as session:
            for _ in range(100):
                study_counts(session, study)

    with engine.transaction() as session:
        fold_counters(session)
    engine.statement("VACUUM ANALYZE rate_counters")
    read(few)
    taken = best(lambda: read(many)), best(lambda: read(few))
    return compared("rates-board", f"100 reads of board numbers of {cases:,} cases", f"of {FEW:,} cases", *taken, aim=1.5)


def _recount(study: int, cases: int) -> Measured:
    """Every cut with weights, verdicts and attempts, beside the same cuts as one plain statement."""

    def ours() -> None:
        with engine.transaction() as session:
            found = cases_by(session, Scope(study), *RECOUNTED)
        for cut, groups in found.items():
            counted = sum(group.cohort.released for group in groups)
            if counted != cases:
                raise RuntimeError(f"{cut}: {counted:,} of {cases:,} cases")

    def bare() -> None:
        engine.statement(BARE, {"study": study})

    what = f"recount {cases:,} cases by {len(RECOUNTED)} cuts, weighted, as of a moment"
    return compared("rates-recount", what, "the same cuts as one GROUPING SETS query", best(ours), best(bare), aim=2)


def _worked(session: Session, cases: int) -> int:
    """A drawn frame whose units are all released and worked, put into the tables in bulk; its study."""
    draw, strata = drawn_frame(session, cases)
    session.execute(text("SET LOCAL session_replication_role = replica"))  # counters are built once, at the end
    about = session.execute(text(OF_DRAW), {"draw": draw}).mappings().one()
    given: dict[str, Any] = {**about, "draw": draw, "now": clock.now()}
    for statement in (RELEASES, CASES, ATTEMPTS, DISPOSITIONS, VERDICTS):
        session.execute(text(statement), given)
    session.execute(text("UPDATE strata SET released = size WHERE id = ANY(:strata)"), {"strata": strata})
    session.execute(text("UPDATE strata s SET size = r.count FROM releases r WHERE r.stratum_id = s.id"))
    return int(about["study"])


OF_DRAW = """
SELECT g.study_id AS study, p.id AS population, q.id AS questionnaire, (SELECT min(id) FROM users) AS operator
FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
JOIN questionnaires q ON q.study_id = g.study_id WHERE d.id = :draw
"""
RELEASES = """
INSERT INTO releases (draw_id, stratum_id, kind, first_position, count, at, why)
SELECT draw_id, stratum_id, 'main', 1, count(*), :now, 'bench' FROM draw_units WHERE draw_id = :draw GROUP BY draw_id, stratum_id
"""
CASES = """
INSERT INTO cases (study_id, population_id, release_id, draw_unit_id, stratum_id, unit_key, district, order_key, enterprise_name, contact,
    phones, matters, respondents, questionnaire_id, state, rank, due_at, needs_conversion, attempts, attempts_on_day, created_at)
SELECT :study, :population, r.id, u.id, u.stratum_id, u.unit_key, 'D' || u.position % 16, u.prn, u.unit_key, '', '[]', '[]', 'enterprises',
    :questionnaire, 'closed', 40, :now, false, 2, 1, :now
FROM draw_units u JOIN releases r ON r.draw_id = u.draw_id AND r.stratum_id = u.stratum_id WHERE u.draw_id = :draw
"""
ATTEMPTS = """
INSERT INTO attempts (case_id, lease_id, number_in_lease, operator_id, line, phone, placed_at, state, answered_at, ended_at, outcome,
    outcome_at, outcome_detail, note)
SELECT c.id, 'lease-' || c.id, n, :operator, '9659996' || c.id % 3, '', :now, 'completed', :now, :now,
    CASE WHEN n = 2 THEN 'complete' ELSE 'no_answer' END, :now, '{}', ''
FROM cases c, generate_series(1, 2) n WHERE c.study_id = :study
"""
DISPOSITIONS = """
INSERT INTO dispositions (case_id, at, code, category, final, source)
SELECT c.id, :now, CASE WHEN n = 1 THEN '3.13' WHEN c.id % 3 = 0 THEN '2.112' ELSE '1.1' END,
    CASE WHEN n = 1 THEN 'UH' WHEN c.id % 3 = 0 THEN 'R' ELSE 'I' END, n = 2, 'derived'
FROM cases c, generate_series(1, 2) n WHERE c.study_id = :study ORDER BY n
"""
VERDICTS = """
INSERT INTO validity_verdicts (interview_id, case_id, at, valid, reasons, flags)
SELECT 0, c.id, :now, c.id % 50 <> 1, '{}', '{}' FROM cases c WHERE c.study_id = :study AND c.id % 3 <> 0
"""
_SETS = ", ".join(f"({cut}, category)" for cut in RECOUNTED if cut != "unit")
_KEYS = {"unit": "", **{cut: KEYS[cut] for cut in RECOUNTED if cut not in {"unit", "final_daypart"}}}
_NAMED = ", ".join(f"{key} AS {cut}" for cut, key in _KEYS.items() if key)
BARE = f"""
WITH s AS MATERIALIZED (
    SELECT c.release_id, c.draw_unit_id, c.district, r.kind,
        g.name AS stage, i.topic_number AS topic, i.number AS item,
        p.code AS population,
        t.name AS stratum, t.size / t.released::float8 AS weight, w.category, coalesce(v.valid, false) AS valid, a.*
    FROM cases c JOIN releases r ON r.id = c.release_id JOIN strata t ON t.id = c.stratum_id
    JOIN populations p ON p.id = c.population_id
    JOIN stages g ON g.id = p.stage_id JOIN checklist_items i ON i.id = p.item_id
    JOIN (SELECT DISTINCT ON (case_id) case_id, category FROM dispositions ORDER BY case_id, id DESC) w ON w.case_id = c.id
    LEFT JOIN (SELECT DISTINCT ON (case_id) case_id, valid FROM validity_verdicts ORDER BY case_id, id DESC) v ON v.case_id = c.id
    LEFT JOIN (SELECT case_id, count(*) AS dialled, count(answered_at) AS answered, bool_or(outcome = 'complete') AS reached FROM attempts
        GROUP BY case_id) a ON a.case_id = c.id
    WHERE c.study_id = %(study)s
), l AS (
    SELECT DISTINCT ON (case_id) case_id, operator_id, line, placed_at FROM attempts ORDER BY case_id, placed_at DESC, id DESC
)
SELECT {_SETS.replace("(", "").replace(")", "").replace(", category", "")}, category, count(*), count(*) FILTER (WHERE valid),
    count(*) FILTER (WHERE reached), sum(dialled), sum(answered), sum(weight)
FROM (SELECT s.category, s.valid, s.reached, s.dialled, s.answered, s.weight, {_NAMED},
    CASE WHEN extract(hour FROM l.placed_at AT TIME ZONE 'Asia/Shanghai') < 12 THEN 'am' ELSE 'pm' END AS final_daypart
    FROM s LEFT JOIN l ON l.case_id = s.case_id) keyed
GROUP BY GROUPING SETS ({_SETS})
"""  # our own constants
