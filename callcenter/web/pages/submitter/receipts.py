"""The receipt of a submission: counts, reasons, rows, and the workbook to mend. A submitter sees only what its own unit sent."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.lists import queries
from callcenter.lists.as_sent import as_sent
from callcenter.lists.asks import asks
from callcenter.lists.cells import clean, folded
from callcenter.lists.file_names import problems
from callcenter.lists.findings import note_texts
from callcenter.lists.orders.findings import NAMES, NOTICES, SENTENCES
from callcenter.lists.periods import Dated, Span, outside
from callcenter.lists.reasons import REASONS, VERDICTS
from callcenter.operations.actions import queue_job, record
from callcenter.operations.queries import file_parts, job, newest_job
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.downloads import download, kept_file
from callcenter.web.pages.submitter.declared import declared
from callcenter.web.pages.submitter.uploads import SPREADSHEET
from callcenter.web.rendering import page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/submitter/submissions/{submission_id}")
RECEIPT_AT_ONCE = 5000
"""So many rows a page writes into a workbook by itself; a longer list is left to a worker."""
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
    """What was read and what became of it, with rows of a verdict, reason or note."""
    return _shown(request, person, session, submission_id, queries.RowsWanted(verdict, reason, offset=offset, note=note))


@router.post("")
def rows(
    request: Request,
    person: Reader,
    session: Work,
    submission_id: int,
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
    note: Annotated[str, Form(max_length=100)] = "",
    search: Annotated[str, Form(max_length=100)] = "",
    offset: Annotated[int, Form(ge=0, le=2_000_000)] = 0,
) -> Response:
    """The same with a search. Posted, so that names stay out of addresses and logs; a filter alone goes into the address."""
    if not search.strip():
        chosen = {"verdict": verdict, "reason": reason, "note": note, "offset": offset or ""}
        told = urlencode({name: value for name, value in chosen.items() if value})
        return see_other(f"/submitter/submissions/{submission_id}" + (f"?{told}" if told else ""))
    return _shown(request, person, session, submission_id, queries.RowsWanted(verdict, reason, folded(clean(search)), offset, note))


def _shown(request: Request, person: Person, session: Session, submission_id: int, asked_for: queries.RowsWanted) -> Response:
    found = _receipt(session, person, submission_id)
    population = studies.population(session, found.population_id)
    item = studies.item(session, population.item_id)
    study = studies.study_of_population(session, found.population_id)
    topic = next((topic.title for topic in studies.topics(session, study.id or 0) if topic.number == item.topic_number), "")
    values = declared(session, population, item.lead_departments, found.department, found)
    wanted = replace(
        asked_for,
        verdict=asked_for.verdict if asked_for.verdict in {*VERDICTS, "warned"} else "",
        reason=asked_for.reason if asked_for.reason in REASONS else "",
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
        liaison=queries.liaison_of(session, population.stage_id, found.department),
        item=item,
        rows=rows,
        written={row.number: as_sent(row.cells) for row in rows},
        notes={number: note_texts(note.missing, outside=_outside(note, wanted.within)) for number, note in notes.items()},
        count=count,
        wanted=wanted,
        size=queries.PAGE,
        orders=queries.orders_found(session, submission_id),
        order_findings=NAMES,
        order_notices=NOTICES,
        verdicts=VERDICTS,
        reasons=REASONS,
        name_problems=problems(found.file_name, item_number=item.number, topic=topic, department=found.department),
        **values,
        workbook=_Workbook.of(session, found),
        work=job(session, found.job_id) if found.job_id and found.state == "waiting" else None,
    )


@router.get("/versions")
def versions(
    request: Request,
    person: Reader,
    session: Work,
    submission_id: int,
    kind: str = "",
    offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
) -> Response:
    """All versions of the unit's list for the population, and how this one differs from the one before."""
    found = _receipt(session, person, submission_id)
    population = studies.population(session, found.population_id)
    before = queries.version_before(session, submission_id) if found.state in {"judged", "replaced"} else None
    return page(
        request,
        person,
        "submitter/versions.html",
        receipt=found,
        population=population,
        item=studies.item(session, population.item_id),
        history=queries.history(session, found.population_id, found.department),
        statements=queries.statement_history(session, found.population_id, found.department),
        names=people.names(session),
        before=before,
        difference=queries.difference(session, before, submission_id, kind, offset) if before else None,
        kind=kind,
        offset=offset,
        size=queries.PAGE,
        verdicts=VERDICTS,
    )


@router.get("/row")
def row(request: Request, person: Reader, session: Work, submission_id: int) -> Response:
    """The submission's line among the earlier ones, as long as it waits asked for again."""
    return page(request, person, "submitter/sent_row.html", receipt=_receipt(session, person, submission_id))


def _outside(note: Any, within: Span) -> bool:
    return note.earliest is not None and outside(Dated(note.earliest, note.latest), within)


@router.get("/line")
def line(request: Request, person: Reader, session: Work, submission_id: int) -> Response:
    """How far the judging of a waiting list is; asked for again until it is judged."""
    found = _receipt(session, person, submission_id)
    work = job(session, found.job_id) if found.job_id and found.state == "waiting" else None
    answer = page(request, person, "submitter/line.html", receipt=found, work=work)
    if found.state != "waiting":
        answer.headers["HX-Trigger"] = "judged"  # what the page says beside is renewed
    return answer


@router.get("/orders")
def orders(
    request: Request,
    person: Reader,
    session: Work,
    submission_id: int,
    finding: str = "",
    offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
) -> Response:
    """The work orders in which something was found, all or of one kind."""
    found = _receipt(session, person, submission_id)
    code = finding if finding in NAMES else ""
    shown, count = queries.orders_with_findings(session, submission_id, code=code, offset=offset)
    return page(
        request,
        person,
        "submitter/orders.html",
        receipt=found,
        orders=queries.orders_found(session, submission_id),
        shown=[(order, [_(SENTENCES[one["code"]], stage=one["stage"], **one["values"]) for one in order.findings]) for order in shown],
        count=count,
        offset=offset,
        size=queries.PAGE,
        code=code,
        order_findings=NAMES,
        order_notices=NOTICES,
    )


@router.get("/workbook")
def workbook(person: Reader, session: Work, submission_id: int) -> Response:
    """The sender's own rows with verdict and reasons beside; of a large list once a worker has made it."""
    made = _Workbook.of(session, _receipt(session, person, submission_id))
    if made.ready:
        record(session, person.id, "fetch_receipt", "submission", submission_id)
        return download(kept_file(made.name), SPREADSHEET, f"回执-{made.receipt.file_name.rpartition('.')[0]}.xlsx")
    if made.later:
        return see_other(f"/submitter/submissions/{submission_id}")
    out = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it has been sent
    queries.write_receipt(session, out, submission_id, made.within)
    out.seek(0)
    record(session, person.id, "fetch_receipt", "submission", submission_id)
    return download(_pieces(out), SPREADSHEET, f"回执-{made.receipt.file_name.rpartition('.')[0]}.xlsx")


@router.post("/workbook")
def prepare(person: Reader, session: Work, submission_id: int) -> Response:
    """Have a worker make the receipt of a large list, unless it is made or being made."""
    made = _Workbook.of(session, _receipt(session, person, submission_id))
    if made.later and not made.ready and not made.working:
        days = {"first": made.within.first and str(made.within.first), "last": made.within.last and str(made.within.last)}
        queue_job(session, "make_receipt", {"name": made.name, "submission_id": submission_id, "rows": made.rows, **days}, person.id)
    return see_other(f"/submitter/submissions/{submission_id}/workbook-state")


@router.get("/workbook-state")
def workbook_state(request: Request, person: Reader, session: Work, submission_id: int) -> Response:
    """The way to the receipt: fetch it, have it made, or how far it is. By itself it is a part of the receipt's page."""
    made = _Workbook.of(session, _receipt(session, person, submission_id))
    if "hx-request" not in request.headers:
        return see_other(f"/submitter/submissions/{submission_id}")
    return page(request, person, "submitter/workbook.html", workbook=made)


@router.get("/file")
def original(person: Reader, session: Work, submission_id: int) -> Response:
    """The file as it came, byte for byte, under its own name."""
    found = _receipt(session, person, submission_id)
    record(session, person.id, "fetch_list", "submission", submission_id, detail={"sha256": found.file_sha256})
    return download(iter([queries.file_of(session, submission_id)]), "application/octet-stream", found.file_name)


@dataclass(frozen=True)
class _Workbook:
    """Where the receipt workbook of a submission stands."""

    receipt: queries.Receipt
    within: Span
    name: str
    parts: int
    work: Any

    @classmethod
    def of(cls, session: Session, found: queries.Receipt) -> "_Workbook":
        """It is another one when the period is another one."""
        population = studies.population(session, found.population_id)
        leads = studies.item(session, population.item_id).lead_departments
        within = asks(population).within(queries.statement(session, population.id or 0, found.department, leads).policy_month)
        name = f"receipt-{found.id}-{within.first or ''}-{within.last or ''}"
        if found.totals.get("rows", 0) <= RECEIPT_AT_ONCE:
            return cls(found, within, name, 0, None)
        return cls(found, within, name, file_parts(session, name), newest_job(session, "make_receipt", {"name": name}))

    @property
    def rows(self) -> int:
        """Rows of the list."""
        return int(self.receipt.totals.get("rows", 0))

    @property
    def later(self) -> bool:
        """Whether it takes a worker to make it."""
        return self.rows > RECEIPT_AT_ONCE

    @property
    def ready(self) -> bool:
        """Whether a worker has made it."""
        return self.parts > 0

    @property
    def working(self) -> bool:
        """Whether a worker is at it or will be."""
        return self.work is not None and self.work.state in {"queued", "running"}


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while data := file.read(1 << 20):
            yield data
