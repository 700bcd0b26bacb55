"""The receipt of a submission: counts, reasons, rows, and the workbook to mend. A submitter sees only what its own unit sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.lists import queries, receipts
from callcenter.lists.file_names import problems
from callcenter.lists.findings import note_texts
from callcenter.lists.periods import Dated, Span, outside
from callcenter.lists.reasons import REASONS, VERDICTS
from callcenter.operations.actions import record
from callcenter.operations.queries import job
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.submitter.declared import declared
from callcenter.web.pages.submitter.uploads import SPREADSHEET
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/submitter/submissions/{submission_id}")
Reader = Annotated[Person, allow("submitter", "supervisor")]


def _receipt(session: Session, person: Person, submission_id: int) -> queries.Receipt:
    return queries.receipt(session, submission_id, department=(person.unit or "") if person.role == "submitter" else None)


@router.get("")
def receipt(
    request: Request,
    person: Reader,
    session: Work,
    submission_id: int,
    verdict: str = "",
    reason: str = "",
    note: Annotated[str, Query(max_length=100)] = "",
    offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
) -> Response:
    """What was read and what became of it, with the rows of a verdict or reason."""
    found = _receipt(session, person, submission_id)
    population = studies.population(session, found.population_id)
    item = studies.item(session, population.item_id)
    study = studies.study_of_population(session, found.population_id)
    topic = next((topic.title for topic in studies.topics(session, study.id or 0) if topic.number == item.topic_number), "")
    values = declared(session, population, item.lead_departments, found.department, found)
    wanted = queries.RowsWanted(
        verdict if verdict in {*VERDICTS, "warned"} else "",
        reason if reason in REASONS else "",
        offset=offset,
        note=note,
        within=values["within"],
    )
    rows, count = queries.rows(session, submission_id, wanted)
    notes = queries.notes(session, submission_id, [row.number for row in rows])
    return page(
        request,
        person,
        "submitter/receipt.html",
        receipt=found,
        population=population,
        item=item,
        rows=rows,
        notes={number: note_texts(note.missing, outside=_outside(note, wanted.within)) for number, note in notes.items()},
        count=count,
        wanted=wanted,
        size=queries.PAGE,
        verdicts=VERDICTS,
        reasons=REASONS,
        name_problems=problems(found.file_name, item_number=item.number, topic=topic, department=found.department),
        **values,
        work=job(session, found.job_id) if found.job_id and found.state == "waiting" else None,
    )


def _outside(note: Any, within: Span) -> bool:
    return note.earliest is not None and outside(Dated(note.earliest, note.latest), within)


@router.get("/line")
def line(request: Request, person: Reader, session: Work, submission_id: int) -> Response:
    """How far the judging of a waiting list is; asked for again until it is judged."""
    found = _receipt(session, person, submission_id)
    work = job(session, found.job_id) if found.job_id and found.state == "waiting" else None
    return page(request, person, "submitter/line.html", receipt=found, work=work)


@router.get("/workbook")
def workbook(person: Reader, session: Work, submission_id: int) -> Response:
    """The sender's own rows with verdict and reasons beside."""
    found = _receipt(session, person, submission_id)
    persons = studies.population(session, found.population_id).respondents == "persons"
    judged = queries.judgements(session, submission_id)
    data = receipts.workbook(queries.file_of(session, submission_id), judged, found.totals, persons=persons)
    record(session, person.id, "fetch_receipt", "submission", submission_id)
    return Response(data, media_type=SPREADSHEET, headers={"Content-Disposition": f'attachment; filename="receipt-{submission_id}.xlsx"'})


@router.get("/file")
def original(person: Reader, session: Work, submission_id: int) -> Response:
    """The file as it came, byte for byte."""
    _receipt(session, person, submission_id)
    record(session, person.id, "fetch_list", "submission", submission_id)
    headers = {"Content-Disposition": f'attachment; filename="list-{submission_id}.bin"'}
    return Response(queries.file_of(session, submission_id), media_type="application/octet-stream", headers=headers)
