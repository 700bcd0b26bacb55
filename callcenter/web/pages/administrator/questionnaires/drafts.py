"""Drafts: a changed file is kept to be looked at, then released or taken away."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from callcenter.errors import InvalidInput, Refused
from callcenter.questionnaire import actions, queries
from callcenter.web.deps import Work
from callcenter.web.pages.administrator.questionnaires.versions import drastic, list_page
from callcenter.web.rendering import flash, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/administrator/questionnaires")
Administrator = Annotated[Person, allow("administrator")]


@router.post("")
def upload(
    request: Request,
    person: Administrator,
    session: Work,
    file: UploadFile,
    name: Annotated[str, Form(max_length=200)],
    study_id: Annotated[int, Form()],
) -> Response:
    """Keep a file as a draft and show what is wrong with it; nothing is released. What is no questionnaire is told beside the form."""
    try:
        kept = actions.keep_draft(session, study_id, name, file.filename or "", file.file.read(), user_id=person.id)
    except (InvalidInput, Refused) as bad:
        return list_page(request, person, session, _(bad.text, **bad.about), status=422)
    if kept.released_at is not None:
        flash(request, noted("这份文件与已发布的第 {version} 版完全相同，没有另存。"), kind="warning", version=kept.version)
    else:
        flash(request, noted("已存为第 {version} 版草稿，还没有发布。"), version=kept.version)
    return see_other(f"/administrator/questionnaires/{kept.id}")


@router.post("/{questionnaire_id}/release")
def release(
    request: Request, person: Administrator, session: Work, questionnaire_id: int, confirmed: Annotated[bool, Form()] = False
) -> Response:
    """New interviews use it from now on; with errors it is refused and they are listed, and a great change is asked about."""
    if not confirmed and drastic(session, questionnaire_id) is not None:
        return see_other(f"/administrator/questionnaires/{questionnaire_id}/release")
    done = actions.release(session, questionnaire_id, user_id=person.id)
    flash(request, noted("第 {version} 版已发布：新的访问用这一版，已经开始的访问保持原来的版本。"), version=done.version)
    return see_other(f"/administrator/questionnaires/{questionnaire_id}")


@router.post("/{questionnaire_id}/discard")
def discard(request: Request, person: Administrator, session: Work, questionnaire_id: int) -> Response:
    """Take a draft away."""
    version = queries.questionnaire(session, questionnaire_id).version
    actions.discard_draft(session, questionnaire_id, user_id=person.id)
    flash(request, noted("已删除第 {version} 版草稿。"), version=version)
    return see_other("/administrator/questionnaires")
