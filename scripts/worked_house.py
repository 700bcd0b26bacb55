"""A database with a large population that was interviewed, for the benchmarks of results: every case copied from a few made ones."""

import json
from typing import Any

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from tests.factories.field_work import make_worked_sample

DISTRICTS, NUMBERS, CODES = 16, 4, ("a", "b", "c", "d", "e")
"""Every `NUMBERS`th question is a number, the others are single choices."""

_FILL = """
SET session_replication_role = replica;
CREATE TEMP TABLE base AS
    SELECT c.*, row_number() OVER (ORDER BY c.stratum_id) - 1 AS k, u.frame_unit_id, u.draw_id, i.operator_id AS by, i.id AS interview
    FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id JOIN interviews i ON i.case_id = c.id
    WHERE c.id IN (SELECT min(case_id) FROM interviews j JOIN cases d ON d.id = j.case_id WHERE d.population_id = {population}
        GROUP BY d.stratum_id);
CREATE TEMP TABLE made AS SELECT n, 10000000 + n AS id, n % (SELECT count(*) FROM base) AS k, n % 10 <> 0 AS complete
    FROM generate_series(1, {cases}) n;
INSERT INTO frame_units SELECT (r).* FROM (SELECT jsonb_populate_record(f, jsonb_build_object('id', m.id, 'unit_key', 'N' || m.n)) AS r
    FROM made m JOIN base b USING (k) JOIN frame_units f ON f.id = b.frame_unit_id) x;
INSERT INTO draw_units SELECT (r).* FROM (SELECT jsonb_populate_record(u, jsonb_build_object('id', m.id, 'unit_key', 'N' || m.n,
    'frame_unit_id', m.id, 'position', 1000 + m.n, 'prn', md5(m.n::text))) AS r
    FROM made m JOIN base b USING (k) JOIN draw_units u ON u.id = b.draw_unit_id) x;
INSERT INTO cases SELECT (r).* FROM (SELECT jsonb_populate_record(c, jsonb_build_object('id', m.id, 'unit_key', 'N' || m.n,
    'draw_unit_id', m.id, 'order_key', md5(m.n::text))) AS r FROM made m JOIN base b USING (k) JOIN cases c ON c.id = b.id) x;
INSERT INTO dispositions (case_id, at, code, category, final, source, reason)
    SELECT m.id, now(), CASE WHEN complete THEN '1.1' ELSE '3.13' END, CASE WHEN complete THEN 'I' ELSE 'UH' END, true, 'derived', ''
    FROM made m;
INSERT INTO interviews SELECT (r).* FROM (SELECT jsonb_populate_record(i, jsonb_build_object('id', m.id, 'case_id', m.id)) AS r
    FROM made m JOIN base b USING (k) JOIN interviews i ON i.id = b.interview WHERE complete) x;
INSERT INTO validity_verdicts (interview_id, case_id, at, valid, reasons, flags) SELECT m.id, m.id, now(), true, '{{}}', '{{}}'
    FROM made m WHERE complete;
INSERT INTO answers (interview_id, question, instance, version, value, set_aside, answered_at)
    SELECT m.id, 'q' || q, '', 1, CASE WHEN q % {numbers} = 0 THEN to_jsonb(hashint8(m.n * 1000 + q) & 63)
        ELSE to_jsonb(chr(97 + (hashint8(m.n * 1000 + q) & 2147483647) % 5)) END, false, now()
    FROM made m, generate_series(1, {questions}) q WHERE complete;
UPDATE strata s SET released = x.n, size = 3 * x.n FROM (SELECT stratum_id, count(*) AS n FROM cases GROUP BY 1) x
    WHERE x.stratum_id = s.id AND s.id IN (SELECT stratum_id FROM base);
SET session_replication_role = origin;
VACUUM ANALYZE;
"""


def worked_house(session: Session) -> int:
    """A few worked cases in every district; the population's id."""
    return make_worked_sample(session, {f"区{n:02d}": ["1.1", "3.13"] for n in range(DISTRICTS)}).drawn.frame.population_id


def ask(session: Session, population: int, questions: int) -> None:
    """A questionnaire of so many questions for a population."""
    rows: list[dict[str, Any]] = [
        {"type": "decimal" if n % NUMBERS == 0 else "select_one codes", "name": f"q{n}", "label": f"第 {n} 题"}
        for n in range(1, questions + 1)
    ]
    choices = [{"list_name": "codes", "name": code, "label": f"选项 {code}"} for code in CODES]
    definition = {"survey": rows, "choices": choices, "settings": [{"form_title": "企业开办", "version": "1"}]}
    of_population = "id IN (SELECT questionnaire_id FROM cases WHERE population_id = :p)"
    session.execute(
        text(f"UPDATE questionnaires SET definition = CAST(:d AS jsonb), sha256 = repeat('1', 64) WHERE {of_population}"),
        {"d": json.dumps(definition), "p": population},
    )


def fill(url: str, population: int, cases: int, questions: int) -> None:
    """So many further cases, nine of ten interviewed with an answer to each question."""
    with psycopg.connect(url, autocommit=True) as connection:
        for each in _FILL.format(population=population, cases=cases, questions=questions, numbers=NUMBERS).split(";\n")[:-1]:
            connection.execute(each)  # type: ignore[call-overload]  # our own text
