"""What is erased of a study when identities are detached from answers, table by table; and why nothing is erased in the others.

Every table that holds text stands in `ERASED` or in `NAMES_NOBODY`, every text column of an erased table is set anew by its statement or
stands in `STAYS`: a test walks all tables, so that a new one cannot be forgotten.
"""

from collections.abc import Mapping

GONE = "（身份已分离）"

POPULATIONS = "SELECT p.id FROM populations p JOIN stages g ON g.id = p.stage_id WHERE g.study_id = :study"
STAGES = "SELECT g.id FROM stages g WHERE g.study_id = :study"
FRAMES = f"SELECT f.id FROM frames f WHERE f.population_id IN ({POPULATIONS})"
CASES = "SELECT c.id FROM cases c WHERE c.study_id = :study"
CALLED = f"coalesce(case_id, rechecked_case_id) IN ({CASES})"
"""Calls to them, as attempts or to check them."""
ATTEMPTS = f"SELECT id FROM attempts WHERE {CALLED}"
SUBMISSIONS = f"SELECT s.id FROM submissions s WHERE s.population_id IN ({POPULATIONS})"

WHERE = {
    "cases": "study_id = :study",
    "draw_units": f"draw_id IN (SELECT d.id FROM draws d WHERE d.population_id IN ({POPULATIONS}))",
    "frame_units": f"frame_id IN ({FRAMES})",
    "screened_units": f"frame_id IN ({FRAMES})",
}
"""Rows of a study that hold a unit's key."""

ERASED = {
    "cases": f"UPDATE cases SET enterprise_name = '{GONE}', contact = '', phones = '[]', matters = '[]' WHERE {WHERE['cases']}",
    # The triggers of `cases` keep these in step; what should be left of them goes too.
    "case_numbers": f"DELETE FROM case_numbers WHERE case_id IN ({CASES})",
    "frame_units": f"""UPDATE frame_units SET name = '{GONE}', uscc = '', contact = '', phones = '[]', matters = '[]', conflicts = '{{}}',
        resolution = '{{}}', submission_row_id = NULL WHERE {WHERE["frame_units"]}""",
    "screened_units": f"UPDATE screened_units SET name = '{GONE}', matters = '[]' WHERE {WHERE['screened_units']}",
    "preview_units": f"""DELETE FROM preview_units WHERE preview_id IN (
        SELECT v.id FROM frame_previews v WHERE v.population_id IN ({POPULATIONS}))""",
    "submission_rows": f"""UPDATE submission_rows SET enterprise_name = '{GONE}', uscc = '', contact = '', phones = '[]', matter = '',
        cells = '{{}}'
        WHERE submission_id IN ({SUBMISSIONS})""",
    "work_orders": f"UPDATE work_orders SET order_number = '', findings = '[]' WHERE submission_id IN ({SUBMISSIONS})",
    "submissions": f"UPDATE submissions SET file = '', findings = '{{}}' WHERE population_id IN ({POPULATIONS})",
    "kept_file_parts": f"""DELETE FROM kept_file_parts k USING studies s WHERE s.id = :study
        AND (starts_with(k.name, 'export-' || s.name || '-')
        OR split_part(k.name, '-', 1) = 'receipt' AND split_part(k.name, '-', 2) IN (SELECT x.id::text FROM ({SUBMISSIONS}) x))""",
    "attempts": f"UPDATE attempts SET phone = '', note = '', outcome_detail = '{{}}' WHERE {CALLED}",
    "shared_attempts": f"UPDATE shared_attempts SET note = '', outcome_detail = '{{}}' WHERE case_id IN ({CASES})",
    "incoming_calls": "UPDATE incoming_calls SET caller = '', note = '' WHERE study_id = :study",
    "call_events": f"""UPDATE call_events SET detail = '{{}}' WHERE call_sid IN (
        SELECT call_sid FROM attempts WHERE {CALLED} AND call_sid IS NOT NULL
        UNION SELECT i.call_sid FROM incoming_calls i WHERE i.study_id = :study)""",
    # Voices tell who speaks: their day has come, and the nightly deletion takes file and row's address.
    "recordings": "UPDATE recordings SET keep_until = '2000-01-01' WHERE study_id = :study AND deleted_at IS NULL",
    "last_turns": f"DELETE FROM last_turns WHERE attempt_id IN ({ATTEMPTS})",
    "appointments": f"UPDATE appointments SET with_whom = '', note = '' WHERE case_id IN ({CASES})",
    "rechecks": f"UPDATE rechecks SET note = '' WHERE case_id IN ({CASES})",
    "invalidations": f"UPDATE invalidations SET note = '' WHERE case_id IN ({CASES})",
    "dispositions": f"UPDATE dispositions SET reason = NULL WHERE source = 'correction' AND case_id IN ({CASES})",
    "verification_batches": f"UPDATE verification_batches SET lines = '[]' WHERE population_id IN ({POPULATIONS})",
    "verification_tasks": f"UPDATE verification_tasks SET note = '', told = told - 'order_number' WHERE case_id IN ({CASES})",
    "other_records": f"""UPDATE other_records SET speaker = NULL, subject = CASE WHEN case_id IS NULL THEN subject ELSE '{GONE}' END,
        finding = CASE WHEN case_id IS NULL THEN finding ELSE '{GONE}' END, handling = CASE WHEN case_id IS NULL THEN handling ELSE '' END
        WHERE stage_id IN ({STAGES})""",
}
"""What is erased, table by table. What was said stays; names, codes, people, numbers and the lists they came from do not."""

STAYS: Mapping[str, tuple[str, ...]] = {
    # Keys are renamed to pseudonyms before; districts and who reported are what figures are cut by.
    "cases": ("unit_key", "district", "order_key", "respondents", "state", "line", "lease_id", "closed_why"),
    "frame_units": ("unit_key", "district", "sub_area", "reported_by"),
    "screened_units": ("unit_key", "district", "reported_by"),
    "submission_rows": ("sheet", "district", "sub_area", "happened_on", "verdict", "reasons", "stage_days"),
    "work_orders": ("stages",),
    "submissions": ("department", "file_name", "file_sha256", "state", "role", "totals"),
    "attempts": ("lease_id", "line", "call_sid", "state", "answered_by", "direction", "carrier_failure", "outcome"),
    "shared_attempts": ("outcome",),
    "incoming_calls": ("line", "call_sid", "state"),
    "call_events": ("call_sid", "status"),
    "recordings": ("recording_sid", "state", "file", "sha256", "deleted_why"),
    "appointments": ("kind", "state"),
    "rechecks": ("kind", "code", "state", "reason", "differing"),
    "invalidations": ("reason",),
    "dispositions": ("code", "category", "source"),
    "verification_tasks": ("question", "state", "finding"),
    "other_records": ("kind", "channel"),
}
"""Columns of these tables that name nobody: codes, states, districts, units of the administration."""

_HOUSE = "of the house, not of a study: who works here, what it did, what was wrong"
_STUDY = "what a study asks, draws, promises and plans: of no enterprise"
_ANSWER = "what was said stays: by a code, or in words that the study's rule does not reach"
_UNITS = "people of the administration, not of enterprises"
NAMES_NOBODY: Mapping[str, str] = {
    **dict.fromkeys(
        ("alert_deliveries", "alerts", "audio_places", "audit_trail", "calendar_days", "jobs", "log_in_attempts", "log_ins", "users"),
        _HOUSE,
    ),
    **dict.fromkeys(("legs", "operator_states", "practices", "timetable_runs", "trainings", "transfers"), _HOUSE),
    **dict.fromkeys(("checklist_items", "conclusions", "declared_standards", "phase_extensions", "phases", "populations"), _STUDY),
    **dict.fromkeys(("questionnaires", "stages", "stage_freezes", "studies", "study_hours", "topics", "list_statements"), _STUDY),
    **dict.fromkeys(("design_drafts", "designs", "draws", "frame_previews", "frames", "release_modes", "releases", "screenings"), _STUDY),
    **dict.fromkeys(("forecasts", "rate_counters", "rate_snapshots", "strata", "top_up_proposals", "dialling_stops"), _STUDY),
    **dict.fromkeys(("lines", "line_labels", "line_publications", "identity_grants", "detachments", "row_notes"), _STUDY),
    **dict.fromkeys(("answers", "answer_codes", "codings", "consents", "interviews", "validity_verdicts"), _ANSWER),
    "liaisons": _UNITS,
    "draw_units": "keys alone, renamed to pseudonyms before",
    "packages": "the manifest; those with identities are emptied beside",
    "package_parts": "deleted with the packages that hold identities",
    "do_not_call": "who must not be called again must stay known",
}
"""Tables in which nothing is erased, and why."""
