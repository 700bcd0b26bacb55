"""What a package is made of, copied out of the database on one snapshot into files, a step of cases at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.errors import Refused
from callcenter.estimates.queries import adjustment, code_frames, coding_progress
from callcenter.estimates.queries.codings import COUNTS, IN_WORDS
from callcenter.estimates.results import weighting
from callcenter.estimates.settings import wishes
from callcenter.estimates.weights import Stratum
from callcenter.exports.dataset import Dataset
from callcenter.exports.gathered import Gathered
from callcenter.exports.pseudonyms import pseudonym
from callcenter.exports.queries.packages import capped, detached, state_of, subject
from callcenter.exports.queries.stages import stage_state
from callcenter.exports.telling import NAMES, names_told, numbers_told
from callcenter.exports.variables import asked_in, with_codes
from callcenter.interviews.case_fields import study_fields
from callcenter.interviews.queries import SPENT
from callcenter.questionnaire.queries import definition
from callcenter.response_rates.queries import study_counts
from callcenter.responses.screening import denying
from callcenter.sampling.queries import design
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.queries import population, study_of_population

STEP = 2_000
"""Cases whose answers are copied in one statement: short statements leave room for those of operators between them."""

STRATA = """
SELECT s.name, s.size, s.released, w.id AS draw_id
FROM draws w JOIN strata s ON s.design_id = w.design_id
WHERE w.id = (SELECT id FROM draws WHERE population_id = :population AND drawn_at IS NOT NULL ORDER BY draw_no DESC LIMIT 1)
ORDER BY s.id
"""

_AT = "to_char({} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+08:00'"

CASES = f"""
SELECT c.id, c.unit_key, s.name, c.district, r.kind, coalesce(x.code, '3.11'), coalesce(x.category, 'UH'), coalesce(v.valid, false)::int,
    c.attempts, q.name || ' v' || q.version, {_AT.format("i.started_at")}, {_AT.format("i.ended_at")},
    spent.seconds
FROM releases r JOIN cases c ON c.release_id = r.id JOIN strata s ON s.id = c.stratum_id
LEFT JOIN LATERAL (SELECT code, category FROM dispositions d WHERE d.case_id = c.id ORDER BY d.id DESC LIMIT 1) x ON true
LEFT JOIN LATERAL (SELECT valid FROM validity_verdicts w WHERE w.case_id = c.id ORDER BY w.id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT id, started_at, ended_at, questionnaire_id FROM interviews j WHERE j.case_id = c.id AND j.state <> 'void'
    ORDER BY j.id DESC LIMIT 1) i ON true
LEFT JOIN LATERAL ({SPENT}) spent ON true
JOIN questionnaires q ON q.id = coalesce(i.questionnaire_id, c.questionnaire_id)
WHERE r.draw_id = %(draw)s ORDER BY c.id
"""  # nothing from outside

_VALUE = """CASE jsonb_typeof(a.value) WHEN 'array'
    THEN (SELECT string_agg(each, ' ' ORDER BY place) FROM jsonb_array_elements_text(a.value) WITH ORDINALITY AS e (each, place))
    ELSE a.value #>> '{}' END"""

ANSWERS = f"""
SELECT a.case_id, a.question, a.instance, {_VALUE}, a.nonanswer, a.version, {_AT.format("a.answered_at")},
    (a.asked_in IS NOT NULL)::int FROM (
    SELECT DISTINCT ON (i.case_id, b.question, b.instance) i.case_id, b.*
    FROM cases c JOIN releases r ON r.id = c.release_id JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
    JOIN answers b ON b.interview_id = i.id
    WHERE r.draw_id = %(draw)s AND c.id > %(after)s AND c.id <= %(upto)s
    ORDER BY i.case_id, b.question, b.instance, i.id DESC, b.version DESC
) a WHERE NOT a.set_aside ORDER BY a.case_id
"""  # nothing from outside

CODINGS = f"""
SELECT w.case_id, n.coded, w.instance, array_to_string(w.codes, ' '), NULL, w.version, {_AT.format("w.answered_at")},
    (w.asked_in IS NOT NULL)::int
FROM ({IN_WORDS}) w JOIN unnest(%(questions)s::text[], %(names)s::text[]) AS n (question, coded) ON n.question = w.question
WHERE {COUNTS} ORDER BY w.case_id
"""  # nothing from outside
"""Codes given by hand, as answers to the questions that they make."""

PARADATA = f"""
SELECT c.id, a.question, a.instance, a.version, {_AT.format("a.shown_at")}, {_AT.format("a.answered_at")},
    round(extract(epoch FROM a.answered_at - a.shown_at)::numeric, 1), a.nonanswer IS NOT NULL, a.set_aside,
    a.asked_in IS NOT NULL, a.mode, a.language, coalesce(a.operator_id, i.operator_id)
FROM cases c JOIN releases r ON r.id = c.release_id JOIN interviews i ON i.case_id = c.id JOIN answers a ON a.interview_id = i.id
WHERE r.draw_id = %(draw)s ORDER BY c.id, a.id
"""  # nothing from outside

ATTEMPTS = f"""
SELECT c.id, a.operator_id, a.line, {_AT.format("a.placed_at")}, {_AT.format("a.ringing_at")}, {_AT.format("a.answered_at")},
    {_AT.format("a.ended_at")}, a.state, a.sip_code, a.outcome, a.shared, a.direction
FROM releases r JOIN cases c ON c.release_id = r.id JOIN case_attempts a ON a.case_id = c.id WHERE r.draw_id = %(draw)s ORDER BY a.id
"""  # nothing from outside

DISPOSITIONS = f"""
SELECT c.id, {_AT.format("d.at")}, d.code, d.category, d.final::int, d.source, d.reason
FROM releases r JOIN cases c ON c.release_id = r.id JOIN dispositions d ON d.case_id = c.id WHERE r.draw_id = %(draw)s ORDER BY d.id
"""  # nothing from outside

FRAME = """
SELECT u.unit_key, s.name FROM draw_units u JOIN strata s ON s.id = u.stratum_id WHERE u.draw_id = %(draw)s ORDER BY u.unit_key COLLATE "C"
"""

OWN_NAMES = """
SELECT c.id, c.enterprise_name, c.contact FROM releases r JOIN cases c ON c.release_id = r.id WHERE r.draw_id = %(draw)s
"""

SAMPLE = """
SELECT u.unit_key, s.name, u.prn, u.position, (u.position <= s.main_size)::int, coalesce(r.kind, ''), c.id
FROM draw_units u JOIN strata s ON s.id = u.stratum_id
LEFT JOIN cases c ON c.draw_unit_id = u.id LEFT JOIN releases r ON r.id = c.release_id
WHERE u.draw_id = %(draw)s ORDER BY s.name COLLATE "C", u.position
"""
"""The order that was worked through, as verify_draw.py takes it, and which case a unit became."""

IDENTITIES = """
SELECT c.id, c.enterprise_name, coalesce(f.uscc, ''), c.district, c.contact,
    (SELECT string_agg(p->>'number', ' ' ORDER BY o) FROM jsonb_array_elements(c.phones) WITH ORDINALITY AS e (p, o))
FROM releases r JOIN cases c ON c.release_id = r.id JOIN draw_units u ON u.id = c.draw_unit_id JOIN frame_units f ON f.id = u.frame_unit_id
WHERE r.draw_id = %(draw)s ORDER BY c.id
"""

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "paradata": (
        PARADATA,
        {
            "case_id": "BIGINT",
            "question": "VARCHAR",
            "instance": "VARCHAR",
            "version": "INTEGER",
            "shown_at": "VARCHAR",
            "answered_at": "VARCHAR",
            "seconds": "DOUBLE",
            "not_answered": "BOOLEAN",
            "set_aside": "BOOLEAN",
            "copied": "BOOLEAN",
            "mode": "VARCHAR",
            "language": "VARCHAR",
            "operator_id": "BIGINT",
        },
    ),
    "attempts": (
        ATTEMPTS,
        {"case_id": "BIGINT", "operator_id": "BIGINT", "line": "VARCHAR", "placed_at": "VARCHAR", "ringing_at": "VARCHAR"}
        | {"answered_at": "VARCHAR", "ended_at": "VARCHAR", "state": "VARCHAR", "sip_code": "INTEGER", "outcome": "VARCHAR"}
        | {"shared": "BOOLEAN", "direction": "VARCHAR"},
    ),
    "dispositions": (
        DISPOSITIONS,
        {"case_id": "BIGINT", "at": "VARCHAR", "code": "VARCHAR", "category": "VARCHAR", "final": "TINYINT"}
        | {"source": "VARCHAR", "reason": "VARCHAR"},
    ),
}
SAMPLE_COLUMNS = {"unit_key": "VARCHAR", "stratum": "VARCHAR", "prn": "VARCHAR", "order": "INTEGER", "released": "TINYINT"} | {
    "release": "VARCHAR",
    "case_id": "BIGINT",
}
FRAME_COLUMNS = {"unit_key": "VARCHAR", "stratum": "VARCHAR"}
IDENTITY_COLUMNS = {"case_id": "BIGINT"} | dict.fromkeys(("enterprise_name", "uscc", "district", "contact", "phones"), "VARCHAR")

AS_OF = """
SELECT max(at) FROM (
    SELECT max(d.at) AS at FROM dispositions d JOIN cases c ON c.id = d.case_id JOIN releases r ON r.id = c.release_id
    WHERE r.draw_id = :draw
    UNION ALL
    SELECT max(a.answered_at) FROM answers a JOIN interviews i ON i.id = a.interview_id JOIN cases c ON c.id = i.case_id
    JOIN releases r ON r.id = c.release_id WHERE r.draw_id = :draw
) moments
"""
USED = """
SELECT DISTINCT q.id, q.name, q.version, q.sha256 FROM releases r JOIN cases c ON c.release_id = r.id
LEFT JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
JOIN questionnaires q ON q.id = coalesce(i.questionnaire_id, c.questionnaire_id)
WHERE r.draw_id = :draw ORDER BY q.version DESC, q.id DESC
"""


def gather(
    session: Session,
    population_id: int,
    folder: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
    *,
    for_auditor: bool = False,
    identities: dict[str, Any] | None = None,
    stage: bool = False,
) -> Gathered:
    """Copy out what a population's package is made of; the data set lies in `folder` and must be closed."""
    strata, draw_id = drawn_strata(session, population_id)
    of = subject(session, draw_id)
    used = [dict(row) for row in session.execute(text(USED), {"draw": draw_id}).mappings()]
    study = study_of_population(session, population_id)
    known = {**study_fields(study.settings, study.title), "population": {"title": of.population_title}}
    asked = asked_in([definition(session, row["id"]) for row in used], known)
    data = Dataset(folder, with_codes(asked, code_frames(session, study.id or 0)))
    copy = _Copying(session, folder / "copied.csv", {"draw": draw_id})
    data.add_cases(copy(CASES))
    weights = weighting(strata, data.released(), adjustment(session, draw_id, wishes(study.settings)))
    apart = detached(session, study.id or 0)
    salt = None if apart else of.salt
    data.name_cases(
        (case.id, pseudonym(salt, case.unit_key) if salt else case.unit_key, weights.base[case.id], weights.final[case.id])
        for case in data.released()
    )
    for name, (sql, columns) in TABLES.items():
        data.add_table(name, columns, copy(sql))
    _name_operators(data, of.salt)
    if for_auditor:
        data.add_table("frame", FRAME_COLUMNS, copy(FRAME))
        data.add_table("sample", SAMPLE_COLUMNS, copy(SAMPLE))
    if identities:
        data.add_table("identities", IDENTITY_COLUMNS, copy(IDENTITIES))
    _add_answers(data, copy, progress)
    data.add_table("names", NAMES, copy(OWN_NAMES))
    data.warnings += [*numbers_told(data), *names_told(data)]
    counts = study_counts(session, study.id or 0, population_id)
    return Gathered(
        subject=of,
        data=data,
        strata=strata,
        weights=weights,
        cohorts=[cohort for population in counts for cohort in population.strata],
        capped=capped(session, draw_id),
        as_of=_of_field(session.execute(text(AS_OF), {"draw": draw_id}).scalar_one()),
        coding=coding_progress(session, draw_id, [each.codes_of for each in data.asked if each.codes_of]),
        questionnaires=used,
        state=state_of(session, draw_id),
        denying=denying(study.settings),
        small_base=wishes(study.settings).small_base,
        for_auditor=for_auditor,
        design=design(session, of.design_id).document if for_auditor else None,
        identities=identities,
        detached=_of_field(apart),
        stage=stage_state(session, population(session, population_id).stage_id) if stage else None,
    )


def _of_field(moment: datetime | None) -> datetime | None:
    return moment.astimezone(FIELD_ZONE) if moment else None


class _Copying:
    """Writes what a query gives into a file, by COPY."""

    def __init__(self, session: Session, file: Path, given: Mapping[str, Any]) -> None:
        self.cursor = session.connection().connection.cursor()
        self.file = file
        self.given = given

    def __call__(self, sql: str, **given: Any) -> Path:
        with self.file.open("wb") as written, self.cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", {**self.given, **given}) as copied:
            for piece in copied:
                written.write(piece)
        return self.file


def _add_answers(data: Dataset, copy: _Copying, progress: Callable[[int, int], None]) -> None:
    """The answers, a step of cases at a time."""
    ids = [row[0] for row in data.rows_of(f"SELECT case_id FROM cases WHERE place % {STEP} = {STEP - 1} ORDER BY case_id")]
    last = data.one("SELECT max(case_id) FROM cases") or 0
    total, after = len(ids) + 1, 0
    coded = {each.codes_of: each.name for each in data.asked if each.codes_of}
    questions = {"questions": list(coded), "names": list(coded.values())}
    for done, upto in enumerate([*ids, last], start=1):
        data.add_answers(copy(ANSWERS, after=after, upto=upto))
        if coded:
            data.add_answers(copy(CODINGS, after=after, upto=upto, **questions))
        progress(done, total)
        after = upto


def _name_operators(data: Dataset, salt: str) -> None:
    used = "SELECT operator_id FROM attempts UNION SELECT operator_id FROM paradata ORDER BY 1"
    rows: Sequence[Any] = [(row[0], pseudonym(salt, f"operator|{row[0]}")) for row in data.rows_of(used) if row[0] is not None]
    data.run("CREATE TABLE operators (operator_id BIGINT, operator VARCHAR)")
    if rows:
        data.connection.executemany("INSERT INTO operators VALUES (?, ?)", rows)


def drawn_strata(session: Session, population_id: int) -> tuple[list[Stratum], int]:
    """The strata of a population's latest draw, and its id."""
    rows = session.execute(text(STRATA), {"population": population_id}).mappings().all()
    if not rows:
        raise Refused("nothing_drawn", "这个样本总体还没有抽样：抽样并释放之后才能导出。")
    return [Stratum(row["name"], row["size"], row["released"]) for row in rows], int(rows[0]["draw_id"])
