"""Every derived code, derived again from its case's history; used by `db check` and by the nightly proof. Nothing is mended."""

from collections.abc import Iterator, Mapping
from typing import Any

from callcenter.calls.dispositions import CATEGORIES, Word, derive
from callcenter.response_rates.queries.recount import Run
from callcenter.responses.completeness import limits

STEP = 2_000
"""Cases in one statement: a million of them are gone through without being held at once."""

HISTORIES = """
SELECT c.id, d.code, d.category, s.settings -> 'validity' AS validity, h.words
FROM cases c JOIN studies s ON s.id = c.study_id
JOIN LATERAL (SELECT code, category, source, attempt_id FROM dispositions WHERE case_id = c.id ORDER BY id DESC LIMIT 1) d ON true
JOIN LATERAL (
    SELECT json_agg(json_build_array(a.outcome, a.line, a.phone, a.outcome_detail, a.id IN (
        SELECT i.attempt_id FROM interviews i WHERE i.case_id = c.id AND i.state = 'void')) ORDER BY a.placed_at, a.id) AS words
    FROM case_attempts a WHERE a.case_id = c.id AND a.outcome IS NOT NULL HAVING bool_and(a.phone <> '')
) h ON true
WHERE c.id > AFTER AND d.source = 'derived' AND d.attempt_id IS NOT NULL ORDER BY c.id LIMIT STEP
"""
"""Codes that a call led to. What was heard besides calls, and details erased with the identities, cannot be gone over again."""


def differing_codes(run: Run) -> list[dict[str, Any]]:
    """Cases whose stored code is not what their history says now: both codes."""
    return [found for row in _histories(run) if (found := _difference(row)) is not None]


def _histories(run: Run) -> Iterator[Mapping[str, Any]]:
    after = 0
    while True:
        rows = run(HISTORIES.replace("AFTER", f"{after:d}").replace("STEP", f"{STEP:d}"))
        yield from rows
        if len(rows) < STEP:
            return
        after = int(rows[-1]["id"])


def _difference(row: Mapping[str, Any]) -> dict[str, Any] | None:
    words = [Word(outcome, line, phone, detail or {}, bool(void)) for outcome, line, phone, detail, void in row["words"]]
    limit = limits({"validity": row["validity"]})
    # Whether a number was left then is not known now: a number found since changes no code.
    codes = [derive(words, closed=False, numbers_left=left, limits=limit).code for left in (True, False)]
    if row["code"] in codes and row["category"] == CATEGORIES[row["code"]]:
        return None
    return {"counter": "dispositions.code", "of": row["id"], "stored": row["code"], "counted": codes[0]}
