"""The rows that every cut counts: each released case as it stood at a moment, each attempt as it was known then.

The statements are put together from the constants of this module alone; whatever a reader types goes in as a parameter.
"""

from collections.abc import Sequence

from callcenter.call_queue.calling_hours import Span
from callcenter.studies.phases import FIELD_ZONE

ZONE = str(FIELD_ZONE)

DRAWN = """drawn AS (  -- the latest draw of each population
    SELECT DISTINCT ON (d.population_id) d.id, d.population_id, g.name AS stage, i.topic_number, i.number AS item, p.code
    FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id JOIN checklist_items i ON i.id = p.item_id
    WHERE g.study_id = :study AND d.drawn_at IS NOT NULL AND (:population = 0 OR p.id = :population)
    ORDER BY d.population_id, d.draw_no DESC
)"""

STEPS = """steps AS (  -- releases up to the moment, and how far their strata were released by then
    SELECT r.id, r.stratum_id, r.kind, w.stage, w.topic_number, w.item, w.code AS population, s.name AS stratum,
        s.size / sum(r.count) OVER (PARTITION BY r.stratum_id)::float8 AS weight
    FROM drawn w JOIN releases r ON r.draw_id = w.id JOIN strata s ON s.id = r.stratum_id
    WHERE r.at <= :until
)"""

WORDS = """word AS (  -- the disposition that counted at the moment
    SELECT DISTINCT ON (x.case_id) x.case_id, x.code, x.category, x.final
    FROM dispositions x JOIN cases c ON c.id = x.case_id
    WHERE c.study_id = :study AND x.at <= :until ORDER BY x.case_id, x.id DESC
), verdict AS (
    SELECT DISTINCT ON (v.case_id) v.case_id, v.valid
    FROM validity_verdicts v JOIN cases c ON c.id = v.case_id
    WHERE c.study_id = :study AND v.at <= :until ORDER BY v.case_id, v.id DESC
)"""

CALLS = """calls AS (  -- talks and tries, as known at the moment; one that another case led is `shared` and counts there
    SELECT a.id, a.case_id, a.shared, a.operator_id, a.line, a.placed_at, a.direction = 'outgoing' AS went_out,
        a.answered_at IS NOT NULL AND a.answered_at <= :until AS answered,
        CASE WHEN a.outcome_at <= :until THEN a.outcome END AS outcome,
        CASE WHEN a.answered_at IS NOT NULL AND a.ended_at <= :until THEN extract(epoch FROM a.ended_at - a.answered_at) ELSE 0 END AS talk
    FROM case_attempts a JOIN cases c ON c.id = a.case_id JOIN steps r ON r.id = c.release_id
    WHERE c.study_id = :study AND a.placed_at <= :until AND a.state <> 'placing' AND a.carrier_failure IS NULL
        AND a.operator_id IS NOT NULL AND (:kind = '' OR r.kind = :kind)
)"""

TRIED = """tried AS (
    SELECT case_id, bool_or(went_out) AS called, count(*) FILTER (WHERE went_out AND NOT shared) AS dialled,
        count(*) FILTER (WHERE went_out AND answered AND NOT shared) AS answered,
        coalesce(bool_or(outcome = ANY(:reached)), false) AS reached
    FROM calls GROUP BY case_id
)"""

LAST = """last AS (
    SELECT DISTINCT ON (case_id) case_id, operator_id, line, placed_at FROM calls ORDER BY case_id, placed_at DESC, id DESC
)"""

STOOD = """stood AS (  -- each released case as it stood
    SELECT c.id, c.stratum_id, c.release_id, c.draw_unit_id, c.district, c.enterprise_name, c.respondents, r.kind, r.stage,
        r.topic_number AS topic, r.item, r.population, r.stratum, r.weight,
        coalesce(w.code, '3.11') AS code, coalesce(w.category, 'UH') AS category, coalesce(v.valid, false) AS valid,
        CASE WHEN :now THEN c.state <> 'closed'
             ELSE NOT coalesce(w.final, false) AND (c.closed_at IS NULL OR c.closed_at > :until) END AS open,
        coalesce(t.called, false) AS called,
        coalesce(t.dialled, 0) AS dialled, coalesce(t.answered, 0) AS answered, coalesce(t.reached, false) AS reached
    FROM steps r JOIN cases c ON c.release_id = r.id
    LEFT JOIN word w ON w.case_id = c.id LEFT JOIN verdict v ON v.case_id = c.id LEFT JOIN tried t ON t.case_id = c.id
    WHERE c.created_at <= :until AND (:kind = '' OR r.kind = :kind)
)"""

COUNTED = """count(*) AS released, count(*) FILTER (WHERE called) AS called, count(*) FILTER (WHERE reached) AS reached,
    count(*) FILTER (WHERE valid) AS valid, count(*) FILTER (WHERE kind = 'main' AND valid) AS valid_main,
    count(*) FILTER (WHERE kind = 'top_up') AS top_up, count(*) FILTER (WHERE open) AS open,
    sum(dialled)::bigint AS dialled, sum(answered)::bigint AS answered, sum(weight) AS weighted"""


def part_of(moment: str, spans: Sequence[Span]) -> str:
    """SQL for the daypart in which a moment lies; outside all of them it is a dash."""
    local = f"{moment} AT TIME ZONE '{ZONE}'"
    minute = f"(extract(hour FROM {local}) * 60 + extract(minute FROM {local}))::int"
    cases = " ".join(f"WHEN {minute} >= {span.start:d} AND {minute} < {span.end:d} THEN '{_named(span)}'" for span in spans)
    return f"(CASE {cases} ELSE '–' END)" if spans else "'–'"


def day_of(moment: str) -> str:
    """SQL for the field day of a moment."""
    return f"({moment} AT TIME ZONE '{ZONE}')::date::text"


def _named(span: Span) -> str:
    return f"{span.start // 60:02d}:{span.start % 60:02d}–{span.end // 60:02d}:{span.end % 60:02d}"
