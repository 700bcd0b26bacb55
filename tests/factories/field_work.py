"""Released cases that were worked, put straight into the tables: attempts, interviews, answers, dispositions, verdicts."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.response_rates.aapor import CODES
from tests.factories.sampling import MOMENT, DrawnSample, insert, make_drawn_sample, make_release, make_user

OUTCOME = {
    "1.1": "complete",
    "1.2": "partial",
    "2.112": "hard_refusal",
    "2.21": "gatekeeper",
    "3.13": "no_answer",
    "3.16": "carrier_failure",
    "3.20": "wrong_number",
    "4.70": "not_eligible",
    "4.80": "matter_denied",
}
QUESTIONS: dict[str, Any] = {
    "survey": [
        {"type": "note", "name": "hello", "label": "您好，这里是营商环境调查。"},
        {"type": "select_one yes_no", "name": "handled", "label": "是否办理过？", "required": "yes"},
        {"type": "integer", "name": "days", "label": "几个工作日办结？", "relevant": "${handled} = 'yes'"},
        {"type": "select_multiple how", "name": "ways", "label": "通过哪些方式？"},
        {"type": "text", "name": "wish", "label": "有何建议？"},
    ],
    "choices": [
        {"list_name": "yes_no", "name": "yes", "label": "是"},
        {"list_name": "yes_no", "name": "no", "label": "否"},
        {"list_name": "how", "name": "online", "label": "网上"},
        {"list_name": "how", "name": "window", "label": "窗口"},
    ],
    "settings": [{"form_title": "企业开办", "version": "1"}],
}


@dataclass
class WorkedSample:
    """A draw whose cases were worked; case ids by stratum in the order of release."""

    drawn: DrawnSample
    operator_id: int
    cases: dict[str, list[int]] = field(default_factory=dict)


def make_worked_sample(session: Session, codes: dict[str, list[str]], *, sizes: dict[str, int] | None = None) -> WorkedSample:
    """A drawn sample of which as many cases were released in each stratum as there are `codes` ("" : never dialled, open)."""
    counts = sizes or {name: 3 * len(given) for name, given in codes.items()}
    drawn = make_drawn_sample(session, counts, main={name: len(given) for name, given in codes.items()}, release_main=True)
    made = WorkedSample(drawn, make_user(session, "operator"))
    session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": _json(QUESTIONS)})
    for name, given in codes.items():
        for position, code in enumerate(given, start=1):
            add_case(session, made, name, position, code)
    return made


def top_up(session: Session, made: WorkedSample, stratum: str, codes: list[str]) -> None:
    """Release and work a further step of one stratum."""
    first = len(made.cases[stratum]) + 1
    made.drawn.releases[stratum] = make_release(session, made.drawn, stratum, first=first, count=len(codes), kind="top_up")
    session.execute(text("UPDATE strata SET released = released + :n WHERE id = :s"), {"n": len(codes), "s": made.drawn.strata[stratum]})
    for position, code in enumerate(codes, start=first):
        add_case(session, made, stratum, position, code)


def add_case(session: Session, made: WorkedSample, stratum: str, position: int, code: str) -> int:
    """A case at its place in the order, with what led to its code."""
    drawn = made.drawn
    unit = (
        session.execute(
            text(
                "SELECT d.id, d.unit_key, d.prn, f.name, f.phones FROM draw_units d JOIN frame_units f ON f.id = d.frame_unit_id "
                "WHERE d.stratum_id = :s AND d.position = :p"
            ),
            {"s": drawn.strata[stratum], "p": position},
        )
        .mappings()
        .one()
    )
    case = insert(
        session,
        "cases",
        study_id=drawn.frame.study_id,
        population_id=drawn.frame.population_id,
        release_id=drawn.releases[stratum],
        draw_unit_id=unit["id"],
        stratum_id=drawn.strata[stratum],
        unit_key=unit["unit_key"],
        district=stratum,
        order_key=unit["prn"],
        enterprise_name=unit["name"],
        contact="",
        phones=unit["phones"],
        matters=[{"what": "电子印章"}],
        respondents="enterprises",
        questionnaire_id=drawn.frame.questionnaire_id,
        state="closed" if code else "ready",
        rank=40,
        due_at=MOMENT,
        needs_conversion=False,
        attempts=1 if code else 0,
        attempts_on_day=0,
        created_at=MOMENT,
    )
    made.cases.setdefault(stratum, []).append(case)
    if code:
        _work(session, made, case, unit["phones"][0]["number"], code)
    return case


def _work(session: Session, made: WorkedSample, case: int, phone: str, code: str) -> None:
    answered = code[0] != "3" or code == "3.20"
    attempt = insert(
        session,
        "attempts",
        case_id=case,
        lease_id=f"lease-{case}",
        number_in_lease=1,
        operator_id=made.operator_id,
        line="96599966",
        phone=phone,
        placed_at=MOMENT,
        call_sid=f"CA{case}",
        state="completed" if answered else "no_answer",
        answered_at=MOMENT + timedelta(seconds=10) if answered else None,
        ended_at=MOMENT + timedelta(minutes=5),
        carrier_failure="trunk down" if code == "3.16" else None,
        outcome=OUTCOME[code],
        outcome_at=MOMENT + timedelta(minutes=5),
        outcome_detail={},
        note="",
    )
    insert(session, "dispositions", case_id=case, at=MOMENT, code="3.11", category="UH", final=False, source="derived")
    insert(session, "dispositions", case_id=case, at=MOMENT, code=code, category=CODES[code], final=True, source="derived")
    if CODES[code] in ("I", "P") or code == "4.80":
        _interview(session, made, case, attempt, code)


def _interview(session: Session, made: WorkedSample, case: int, attempt: int, code: str) -> None:
    interview = insert(
        session,
        "interviews",
        case_id=case,
        questionnaire_id=made.drawn.frame.questionnaire_id,
        operator_id=made.operator_id,
        attempt_id=attempt,
        seed="1",
        state="ended",
        started_at=MOMENT,
        ended_at=MOMENT + timedelta(minutes=5),
        mode="telephone",
    )
    give(session, interview, "handled", "no" if code == "4.80" else "yes")
    if code == "1.1":
        give(session, interview, "days", case % 5 + 1)
        give(session, interview, "ways", ["online", "window"] if case % 2 else ["online"])
        give(session, interview, "wish", "=cmd|' /C calc'!A0\n没有🙂")
    valid = code == "1.1"
    reasons = [] if valid else ["not_complete"]
    text_array = "{" + ",".join(reasons) + "}"
    insert(session, "validity_verdicts", interview_id=interview, case_id=case, at=MOMENT, valid=valid, reasons=text_array, flags="{}")


def give(
    session: Session, interview: int, question: str, value: object, *, version: int = 1, nonanswer: str | None = None, instance: str = ""
) -> None:
    """One version of one answer."""
    session.execute(
        text(
            "INSERT INTO answers (interview_id, question, instance, version, value, nonanswer, set_aside, answered_at) "
            "VALUES (:i, :q, :at, :n, CAST(:v AS jsonb), :x, false, :t)"
        ),
        {"i": interview, "q": question, "n": version, "v": _json(value), "x": nonanswer, "t": MOMENT, "at": instance},
    )


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
