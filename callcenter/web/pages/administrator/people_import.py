"""People from a sheet: first what would happen, then, when told, it happens to all of them or to none."""

import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from callcenter.errors import InvalidInput
from callcenter.people import actions, queries, sheets
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/administrator/people/import")
Administrator = Annotated[Person, allow("administrator")]
PLANNED = TypeAdapter(list[sheets.PlannedUser])


@router.get("")
def ask(request: Request, person: Administrator) -> Response:
    """The form for a sheet."""
    return page(request, person, "administrator/people_import.html", problem=None, judged=None, rows="")


@router.post("")
def preview(request: Request, person: Administrator, session: Work, sheet: UploadFile) -> Response:
    """What each row would do; nothing is done yet."""
    try:
        planned = sheets.read(sheet.file.read())
    except InvalidInput as refusal:
        problem = _(refusal.text, **refusal.about)
        return page(request, person, "administrator/people_import.html", status=422, problem=problem, judged=None, rows="")
    judged = sheets.judge(planned, queries.usernames(session))
    rows = json.dumps([asdict(row) for row in judged], ensure_ascii=False)
    return page(request, person, "administrator/people_import.html", problem=None, judged=judged, rows=rows)


@router.post("/done")
def add(request: Request, person: Administrator, session: Work, rows: Annotated[str, Form()]) -> Response:
    """Add them all and show their passwords once."""
    try:
        planned = PLANNED.validate_json(rows)
    except ValidationError as failure:
        raise InvalidInput("rows_unreadable", "预览已经失效：请重新上传表格。") from failure
    if len(planned) > sheets.MOST:
        raise InvalidInput("rows_unreadable", "预览已经失效：请重新上传表格。")
    return page(request, person, "administrator/passwords.html", added=actions.add_planned(session, planned, by=person.id))
