"""The editor of a population's screening rules: add, take away, see the effect, then save a version with its reason."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.frame import actions, queries
from callcenter.frame.screening import KINDS, MOST_RULES, POLICY_MONTH, Rules, read_rules
from callcenter.operations import queries as operations
from callcenter.people import queries as people
from callcenter.sampling.queries import rules_stand
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.lists_and_frames.words import RULE_KINDS, in_order, rule_text
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/lists/{population_id}/screening")
Supervisor = Annotated[Person, allow("supervisor")]
Draft = Annotated[str, Form(max_length=60_000)]


@router.get("")
def editor(request: Request, person: Supervisor, session: Work, population_id: int) -> Response:
    """The rules as they stand, and every version of them."""
    return _editor(request, person, session, population_id)


@router.post("/draft")
def change(
    request: Request, person: Supervisor, session: Work, population_id: int, *, do: Annotated[str, Form()],
    draft: Draft = "{}", seen: Annotated[int, Form()] = 0, why: Annotated[str, Form(max_length=2000)] = "",
    kind: Annotated[str, Form()] = "", any_of: Annotated[str, Form(max_length=20_000)] = "",
    none_of: Annotated[str, Form(max_length=20_000)] = "", first: Annotated[str, Form(max_length=40)] = "",
    last: Annotated[str, Form(max_length=40)] = "", policy_month: Annotated[str, Form()] = "",
    undated: Annotated[str, Form()] = "pass", column: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Change the draft (add:, take:N, up:N) or ask what it would do (effect); nothing is kept."""
    form = {
        "kind": kind, "any_of": any_of, "none_of": none_of, "first": first, "last": last, "policy_month": policy_month,
        "undated": undated, "column": column, "why": why,
    }  # fmt: skip
    shown: dict[str, Any] = {"form": form, "seen": seen}
    try:
        rules = _read(draft).document.get("rules", [])
        if do == "add":
            rules = read_rules({"rules": [*rules, _rule(form)]}).document["rules"]
            shown["form"] = {"why": why}
        changed = read_rules({"rules": _moved(rules, do)})
    except InvalidInput as refusal:
        told: dict[str, Any] = {"problem": _(refusal.text, **refusal.about), "status": 422}
        return _editor(request, person, session, population_id, document=_kept(draft), **shown, **told)
    if do == "effect":
        shown |= _effect(session, population_id, changed, person)
    return _editor(request, person, session, population_id, document=changed.document, **shown)


@router.post("")
def save(
    request: Request, person: Supervisor, session: Work, population_id: int, *,
    draft: Draft = "{}", seen: Annotated[int, Form()] = 0, why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:  # fmt: skip
    """Keep the draft as the next version."""
    stands = rules_stand(session, population_id, clock.now())
    try:
        with session.begin_nested():
            made = actions.set_rules(
                session, population_id, _read(draft).document, why=why, user_id=person.id, stands=stands, seen=seen
            )  # fmt: skip
    except CallcenterError as refusal:
        status = 422 if isinstance(refusal, InvalidInput) else 409
        told: dict[str, Any] = {"problem": _(refusal.text, **refusal.about), "status": status, "form": {"why": why}, "seen": seen}
        return _editor(request, person, session, population_id, document=_kept(draft), **told)
    flash(request, "筛选规则第 {version} 版已保存。", version=made.version)
    return see_other(f"/supervisor/lists/{population_id}")


@router.get("/trial/{job_id}")
def trial(request: Request, person: Supervisor, session: Work, population_id: int, job_id: int) -> Response:
    """What a trial in the background found; asked again by the page until it is there."""
    found = operations.job(session, job_id)
    mine = found if found is not None and found.payload.get("population_id") == population_id else None
    found_counts = (mine.result or {}).get("counts") if mine else None
    counts = in_order(found_counts) if found_counts else None
    return page(
        request, person, "supervisor/lists/effect.html", counts=counts, work=mine, population_id=population_id, rule_text=rule_text
    )  # fmt: skip


def _effect(session: Session, population_id: int, rules: Rules, person: Person) -> dict[str, Any]:
    """What the draft would do: at once, or as a job where the lists are large."""
    if queries.row_count(session, population_id) >= actions.LARGE:
        job_id = actions.try_later(session, population_id, rules.document, person.id)
        return {"work": operations.job(session, job_id)}
    supplement = rules_stand(session, population_id, clock.now()) == "drawn"
    return {"counts": queries.preview(session, population_id, supplement=supplement, rules=rules).counts}


def _editor(
    request: Request, person: Person, session: Session, population_id: int, *, document: dict[str, Any] | None = None, status: int = 200,
    form: dict[str, str] | None = None, seen: int | None = None, problem: str = "", counts: dict[str, Any] | None = None, work: Any = None,
) -> Response:  # fmt: skip
    population = studies.population(session, population_id)
    versions = queries.screenings(session, population_id)
    stands = rules_stand(session, population_id, clock.now())
    current = queries.current_screening(session, population_id, supplement=stands == "drawn")
    shown = document if document is not None else (current.document if current else {})
    newest = versions[0].version if versions else 0
    values: dict[str, Any] = {
        "population": population, "item": studies.item(session, population.item_id), "stands": stands, "versions": versions,
        "names": people.names(session), "rules": shown.get("rules", []), "draft": json.dumps(shown, ensure_ascii=False),
        "changed": shown != (current.document if current else {}), "seen": newest if seen is None else seen,
        "form": form or {}, "problem": problem, "counts": counts, "work": work, "kinds": [(kind, _(RULE_KINDS[kind])) for kind in KINDS],
        "rule_text": rule_text, "most": MOST_RULES, "places": queries.known_places(session, population_id), "frame": 0,
        "population_id": population_id,
    }  # fmt: skip
    return page(request, person, "supervisor/lists/screening.html", status=status, **values)


def _read(draft: str) -> Rules:
    try:
        return read_rules(json.loads(draft))
    except (ValueError, RecursionError):
        raise InvalidInput("broken_draft", "页面上的规则草稿损坏了：请重新打开本页。") from None


def _kept(draft: str) -> dict[str, Any] | None:
    """The draft as it was, where it can be read at all."""
    try:
        return _read(draft).document
    except InvalidInput:
        return None


def _rule(form: dict[str, str]) -> dict[str, Any]:
    """The rule that was filled in: only what belongs to its kind."""
    kind = form["kind"]
    if kind == "period":
        first = POLICY_MONTH if form["policy_month"] else form["first"]
        return {"kind": kind, "from": first.strip(), "to": form["last"].strip(), "undated": form["undated"]}
    if kind == "code":
        return {"kind": kind}
    listed: dict[str, Any] = {"kind": kind, "any": _words(form["any_of"]), "none": _words(form["none_of"])}
    return listed | ({"column": form["column"]} if kind == "column" else {})


def _words(typed: str) -> list[str]:
    """Values as typed: one a line, or separated by 、 or ；."""
    for mark in "、；;":
        typed = typed.replace(mark, "\n")
    return [word.strip() for word in typed.splitlines() if word.strip()]


def _moved(rules: list[dict[str, Any]], do: str) -> list[dict[str, Any]]:
    """The rules after `take:N` or `up:N`; anything else leaves them."""
    what, _mark, number = do.partition(":")
    place = int(number) - 1 if number.isascii() and number.isdigit() else -1
    if not 0 <= place < len(rules):
        return rules
    if what == "take":
        return rules[:place] + rules[place + 1 :]
    if what == "up" and place:
        return [*rules[: place - 1], rules[place], rules[place - 1], *rules[place + 1 :]]
    return rules
