"""Re-checks that wait, one of them done, and what they say of operators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.call_queue import queries as queue
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.follow_up.actions import record_recheck
from callcenter.interviews import queries as interviews
from callcenter.interviews.session import spoken
from callcenter.operations.actions import record
from callcenter.questionnaire import queries as questionnaires
from callcenter.responses import queries
from callcenter.responses.rechecks import COMPLETE, DENIED
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.follow_up.recheck_calls import end_call, of_call
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/supervisor/rechecks")
HERE = "/supervisor/rechecks"
Supervisor = Annotated[Person, allow("supervisor")]

ASKED = {
    COMPLETE: (
        ("interviewed", noted("您（或贵单位）最近是否接受过我们的电话访问？")),
        ("right_enterprise", noted("请问这里是不是该企业？")),
        ("handled", noted("贵单位在所问时期内是否办理过该事项？")),
    ),
    DENIED: (("handled", noted("贵单位在所问时期内是否办理过该事项？")),),
    "closing": (("as_told", noted("我们登记的情况（停业、号码有误或不愿受访）是否属实？")),),
}


@router.get("")
def waiting(request: Request, person: Supervisor, session: Work) -> Response:
    """Whom to call again; neither code, operator nor answers are shown."""
    rows = queries.waiting_rechecks(session, person.id)
    return page(request, person, "supervisor/follow_up/rechecks.html", rows=rows, quality=queries.quality_by_operator(session))


@router.get("/{recheck_id}")
def one(request: Request, person: Supervisor, session: Work, recheck_id: int) -> Response:
    """The questions of one re-check, with the number to call (that it was shown is written down)."""
    return _form(request, person, session, recheck_id)


async def _typed(request: Request) -> dict[str, str]:
    """The form's fields: which there are depends on the questionnaire."""
    return {name: str(value)[:1000] for name, value in (await request.form()).items()}


@router.post("/{recheck_id}")
def done(
    request: Request, person: Supervisor, session: Work, recheck_id: int, form: Annotated[dict[str, str], Depends(_typed)]
) -> Response:
    """What was told."""
    told = {name[5:]: value for name, value in form.items() if name.startswith("told_")}
    answers = {name[7:]: value for name, value in form.items() if name.startswith("answer_") and value}
    try:
        with session.begin_nested():
            row = record_recheck(
                session,
                recheck_id,
                told=told,
                answers=answers,
                user_id=person.id,
                reached="unreached" not in form,
                note=form.get("note", ""),
            )
    except CallcenterError as refusal:
        return _form(request, person, session, recheck_id, refusal=refusal, typed=form)
    end_call(request.app.state.phone_line, recheck_id, reached="unreached" not in form)
    said = {"passed": noted("复核通过。"), "failed": noted("复核没有通过，已按规则处理。")}.get(row.state, noted("没有联系上，已记录。"))
    flash(request, said, kind="warning" if row.state == "failed" else "done")
    return see_other(HERE)


def _form(
    request: Request,
    person: Person,
    session: Session,
    recheck_id: int,
    *,
    refusal: CallcenterError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    row = queries.recheck(session, recheck_id)
    case = queue.case(session, row.case_id)
    record(session, person.id, "numbers_shown", "case", row.case_id)
    marked: list[Any] = []
    if row.kind == COMPLETE:
        definition = questionnaires.definition(session, case.questionnaire_id)
        fields = interviews.fields_of(session, case)
        chosen = [question for question in definition.questions if question.recheck and question.asked and not question.repeats]
        marked = [(question, *spoken(question, fields, person.language)) for question in chosen]
    status = 200 if refusal is None else 422 if isinstance(refusal, InvalidInput) else 409
    problem = _(refusal.text, **refusal.about) if refusal else ""
    values = {"row": row, "case": case, "asked": ASKED[row.kind], "marked": marked, "typed": typed or {}, "problem": problem}
    values |= {"phones": case.phones, **of_call(session, recheck_id)}
    return page(request, person, "supervisor/follow_up/recheck.html", status=status, **values)
