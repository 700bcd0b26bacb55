"""A version of a questionnaire from every side; nothing here changes anything."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import NotFound, Refused
from callcenter.people import queries as people
from callcenter.questionnaire import actions, differences, queries
from callcenter.questionnaire.checks import check, errors, minutes_read_aloud
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.differences import Summary
from callcenter.questionnaire.languages import CHINESE
from callcenter.questionnaire.picture import picture
from callcenter.questionnaire.printed import printed
from callcenter.questionnaire.printed.document import write_document
from callcenter.questionnaire.problems import Problem
from callcenter.questionnaire.screening import missing
from callcenter.questionnaire.workbooks import write_workbook, write_yaml
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.downloads import download
from callcenter.web.pages.administrator.questionnaires.sheets import sheets
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/administrator/questionnaires")
Administrator = Annotated[Person, allow("administrator")]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def listed(request: Request, person: Administrator, session: Work) -> Response:
    """All questionnaires with all their versions."""
    return list_page(request, person, session)


def list_page(request: Request, person: Person, session: Session, problem: str = "", *, status: int = 200) -> Response:
    """The page of all versions; `problem` is why an upload was not taken."""
    found = []
    for study in studies.studies(session):
        names = sorted({str(entry["file"]).rpartition(".")[0] for entry in study.settings.get("questionnaires") or []})
        in_use = {each.id for each in queries.in_use(session, study.id or 0)}
        found.append((study, queries.versions(session, study.id or 0), in_use, names))
    values = {"studies": found, "names": people.names(session), "problem": problem}
    return page(request, person, "administrator/questionnaires/list.html", status=status, **values)


@router.get("/{questionnaire_id}")
def rows(request: Request, person: Administrator, session: Work, questionnaire_id: int, only: str = "") -> Response:
    """Every row, with its problems beside it."""
    version = queries.questionnaire(session, questionnaire_id)
    definition = queries.definition(session, questionnaire_id)
    found = _problems(session, questionnaire_id)
    facts = {
        "questions": sum(question.asked for question in definition.questions),
        "minutes": minutes_read_aloud(definition),
        "errors": len(errors(found)),
        "warnings": len(found) - len(errors(found)),
        "in_use": any(each.id == questionnaire_id for each in queries.in_use(session, version.study_id)),
    }
    shown = sheets(version.definition, found, person.language, only_problems=bool(only))
    return _page(request, person, session, questionnaire_id, "rows", facts=facts, sheets=shown, only=only)


@router.get("/{questionnaire_id}/release")
def asked_to_release(request: Request, person: Administrator, session: Work, questionnaire_id: int) -> Response:
    """What its release would change, before it is done."""
    summary, lacking = drastic(session, questionnaire_id) or (None, [])
    used = queries.replaced(session, questionnaire_id)
    return _page(request, person, session, questionnaire_id, "release", used=used, summary=summary, lacking=lacking)


@router.get("/{questionnaire_id}/picture")
def routing(request: Request, person: Administrator, session: Work, questionnaire_id: int) -> Response:
    """Its routing as a picture."""
    drawn = picture(queries.definition(session, questionnaire_id), person.language)
    return _page(request, person, session, questionnaire_id, "picture", drawn=Markup(drawn))  # noqa: S704  # made by us, every text escaped


@router.get("/{questionnaire_id}/differences")
def compared(request: Request, person: Administrator, session: Work, questionnaire_id: int, before: int = 0) -> Response:
    """What changed since another version, and whether its answers carry over."""
    version = queries.questionnaire(session, questionnaire_id)
    others = [each for each in queries.versions(session, version.study_id) if each.name == version.name and each.id != version.id]
    used = queries.replaced(session, questionnaire_id)
    earlier = next(
        (each for each in others if used and each.id == used.id), next((each for each in others if each.version < version.version), None)
    )
    chosen = next((each for each in others if each.id == before), earlier or next(iter(others), None))
    found, languages = [], None
    if chosen is not None:
        old, new = queries.definition(session, chosen.id or 0), queries.definition(session, questionnaire_id)
        found, languages = differences.compare(old, new), differences.Languages(old, new)
    values = {"others": others, "chosen": chosen, "used": used, "found": found, "languages": languages}
    return _page(request, person, session, questionnaire_id, "differences", **values)


@router.get("/{questionnaire_id}/print")
def on_paper(request: Request, person: Administrator, session: Work, questionnaire_id: int, language: str = "") -> Response:
    """The paper for approval, to be printed, in one of the questionnaire's languages."""
    definition = queries.definition(session, questionnaire_id)
    spoken = definition.language_called(language) or CHINESE
    languages = {"languages": definition.languages, "spoken": spoken}
    return _page(request, person, session, questionnaire_id, "print", form=printed(definition, spoken), **languages)


@router.get("/{questionnaire_id}/file.{ending}")
def fetch(session: Work, _person: Administrator, questionnaire_id: int, ending: str, language: str = "") -> Response:
    """The version as a file: docx (the paper), svg (the picture), xlsx or yaml (the source)."""
    version = queries.questionnaire(session, questionnaire_id)
    definition, name = queries.definition(session, questionnaire_id), f"{version.name}_v{version.version}.{ending}"
    form = printed(definition, definition.language_called(language) or CHINESE)
    makers: dict[str, tuple[str, Any]] = {
        "docx": (WORD, lambda: write_document(form, form.words("version", version=version.version), version.sha256)),
        "svg": ("image/svg+xml", lambda: picture(definition).encode()),
        "xlsx": (WORKBOOK, lambda: write_workbook(name, version.definition)),
        "yaml": ("application/yaml", lambda: write_yaml(version.definition).encode()),
    }
    if ending not in makers:
        raise NotFound("no_page", "没有这个页面：请检查地址，或从主菜单重新进入。")
    kind, make = makers[ending]
    return download(_once(make()), kind, name)


def drastic(session: Session, questionnaire_id: int) -> tuple[Summary, list[str]] | None:
    """What a release would change and the screening questions missed, where that is so much that the wrong file may have been chosen."""
    used = queries.replaced(session, questionnaire_id)
    if used is None:
        return None
    new = queries.definition(session, questionnaire_id)
    summary = differences.summed_up(queries.definition(session, used.id or 0), new)
    lacking = missing(new, actions.screening_of(session, used.study_id))
    return (summary, lacking) if summary.drastic or lacking else None


def readable(session: Session, questionnaire_id: int) -> Definition:
    """The definition of a version that can be walked; Refused where it has errors."""
    found = errors(_problems(session, questionnaire_id))
    if found:
        raise Refused("questionnaire_has_errors", "这一版有 {count} 处错误，还不能预览：请先改正。", count=len(found))
    return queries.definition(session, questionnaire_id)


def _problems(session: Session, questionnaire_id: int) -> list[Problem]:
    version = queries.questionnaire(session, questionnaire_id)
    items, screening = actions.items_of(session, version.study_id), actions.screening_of(session, version.study_id)
    return check(version.definition, items=items, screening=screening)


def _page(request: Request, person: Person, session: Session, questionnaire_id: int, tab: str, **values: Any) -> Response:
    version = queries.questionnaire(session, questionnaire_id)
    tabs = [
        (_("题目与问题"), ""),
        (_("预览"), "/preview"),
        (_("走向图"), "/picture"),
        (_("与其他版本的差别"), "/differences"),
        (_("打印稿"), "/print"),
    ]
    base = f"/administrator/questionnaires/{questionnaire_id}"
    common: dict[str, Any] = {
        "version": version,
        "base": base,
        "tabs_of": [(label, base + end) for label, end in tabs],
        "names": people.names(session),
    }
    return page(request, person, f"administrator/questionnaires/{tab}.html", **common, **values)


def _once(data: bytes) -> Iterator[bytes]:
    yield data
