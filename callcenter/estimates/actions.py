"""Writes of the room: tasks for supplementary verification, code frames, codings."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.estimates import queries
from callcenter.estimates.codes import NO_CODE
from callcenter.estimates.contradictions import Contradiction, next_batch
from callcenter.estimates.tables import AnswerCode, Coding, VerificationBatch, VerificationTask
from callcenter.operations.actions import record
from callcenter.studies import queries as studies
from callcenter.studies.tables import Study

FINDINGS = ("answer_right", "order_right", "both_right", "unclear")
MOST_CODES, LONGEST_LABEL = 200, 60


class SaidInWords(Protocol):
    """Which answer is coded, and the version of it that was read."""

    @property
    def case_id(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def instance(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def version(self) -> Any: ...  # noqa: D102  # named as in the tables


def open_task(session: Session, population_id: int, found: Contradiction, user_id: int | None) -> VerificationTask:
    """Open a task for a contradiction; there is at most one open for a case and question."""
    same = (VerificationTask.case_id == found.case_id, VerificationTask.question == found.question.name, VerificationTask.state == "open")
    if session.exec(select(VerificationTask).where(*same)).first():
        raise Conflict("task_open", "这处矛盾已经有未办结的补充核验任务。")
    told = {
        "answered": found.answered,
        "ordered": found.ordered,
        "counted": found.counted,
        "order_number": found.order_number,
        "tolerance": found.tolerance,
        "measure": found.question.measure,
        **({"said": found.said} if found.said else {}),
    }
    made = VerificationTask(
        population_id=population_id,
        case_id=found.case_id,
        question=found.question.name,
        told=told,
        opened_at=clock.now(),
        opened_by=user_id,
    )
    session.add(made)
    session.flush()
    record(session, user_id, "verification_opened", "case", found.case_id, detail={"question": found.question.name})
    return made


def close_task(session: Session, task_id: int, finding: str, note: str, user_id: int | None) -> VerificationTask:
    """Close a task with what was found; it stays on record."""
    task = session.get(VerificationTask, task_id, with_for_update={"key_share": True})
    if task is None:
        raise NotFound("no_task", "没有这个补充核验任务：请从列表重新选择。")
    if task.state == "closed":
        raise Conflict("task_closed", "这个补充核验任务已经办结。")
    if finding not in FINDINGS:
        raise InvalidInput("finding_unknown", "请选择核验结论。")
    if not note.strip():
        raise InvalidInput("finding_unexplained", "请写明怎样核验、依据是什么，例如“已看原件”。")
    task.state, task.finding, task.note = "closed", finding, note.strip()
    task.closed_at, task.closed_by = clock.now(), user_id
    session.add(task)
    session.flush()
    record(session, user_id, "verification_closed", "case", task.case_id, detail={"question": task.question, "finding": finding})
    return task


def make_batch(session: Session, population_id: int, user_id: int | None) -> VerificationBatch:
    """A list for the department of the orders of open tasks that no earlier list named; what earlier lists named is not asked again."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext('verification_batches'))"))
    orders = queries.numbered_orders(session, population_id)
    asked = [each for each in queries.tasks(session, population_id) if each.state == "open" and each.batch_id is None]
    asked = [each for each in asked if each.told.get("order_number") in orders]
    earlier = {line["order"]: each.id for each in queries.batches(session, population_id) for line in each.lines}
    seed = studies.study_of_population(session, population_id).salt
    numbers = next_batch([each.told["order_number"] for each in asked], list(orders), earlier, seed)
    made = None
    if numbers:
        lines = [{"order": number, "enterprise": orders[number]} for number in numbers]
        made = VerificationBatch(population_id=population_id, at=clock.now(), by=user_id, lines=lines)
        session.add(made)
        session.flush()
        record(session, user_id, "verification_batch", "population", population_id, detail={"orders": len(lines), "tasks": len(asked)})
    for task in asked:
        task.batch_id = earlier.get(task.told["order_number"], made.id if made else None)
        session.add(task)
    session.flush()
    if made is None and not asked:
        raise Refused("no_unsent_tasks", "没有要写进核对单的补充核验任务：已经发过的可以再次下载，没有工单编号的要用其他方式核验。")
    return made or queries.batch(session, population_id, asked[0].batch_id or 0)


def add_code(session: Session, study_id: int, question: str, label: str, user_id: int | None) -> AnswerCode:
    """Add a code to a question's code frame; the next free number is its code."""
    wanted = " ".join(label.split())
    if not wanted or len(wanted) > LONGEST_LABEL:
        raise InvalidInput("label_unfit", "请写类别名称，不超过 {most} 个字。", most=LONGEST_LABEL)
    session.get(Study, study_id, with_for_update={"key_share": True})  # two at once: the second sees the first one's code
    known = list(session.exec(select(AnswerCode).where(AnswerCode.study_id == study_id, AnswerCode.question == question)))
    if any(each.label == wanted and each.retired_at is None for each in known):
        raise Conflict("label_known", "已经有类别“{label}”。", label=wanted)
    if len(known) >= MOST_CODES:
        raise Conflict("codes_too_many", "一道题最多 {most} 个类别。", most=MOST_CODES)
    made = AnswerCode(study_id=study_id, question=question, code=str(len(known) + 1), label=wanted, made_at=clock.now(), made_by=user_id)
    session.add(made)
    session.flush()
    record(session, user_id, "answer_code_added", "study", study_id, detail={"question": question, "code": made.code, "label": wanted})
    return made


def retire_code(session: Session, code_id: int, user_id: int | None) -> AnswerCode:
    """Offer a code no longer; what was coded with it stays."""
    found = session.get(AnswerCode, code_id)
    if found is None:
        raise NotFound("no_code", "没有这个类别：请刷新页面。")
    if found.retired_at is None:
        found.retired_at = clock.now()
        session.add(found)
        session.flush()
        record(session, user_id, "answer_code_retired", "study", found.study_id, detail={"question": found.question, "code": found.code})
    return found


def code_answers(
    session: Session, study_id: int, question: str, answers: Sequence[SaidInWords], codes: Sequence[str], *, user_id: int | None
) -> list[Coding]:
    """Give answers the same codes, as one who read them does for answers in the same words; earlier codes stay as their history."""
    wanted = _wanted(session, study_id, question, codes)
    now = clock.now()
    made = [
        Coding(case_id=each.case_id, question=question, instance=each.instance, version=each.version, codes=wanted, at=now, by=user_id)
        for each in answers
    ]
    session.add_all(made)
    session.flush()
    for case_id in dict.fromkeys(each.case_id for each in answers):
        record(session, user_id, "answer_coded", "case", case_id, detail={"question": question, "codes": wanted})
    return made


def _wanted(session: Session, study_id: int, question: str, codes: Sequence[str]) -> list[str]:
    """The codes in their order, where they can be given: one at least, all offered, and none beside that none fits."""
    if not codes:
        raise InvalidInput("nothing_ticked", "没有保存：请先勾选类别；都不合适时勾选“没有合适的类别”，或先加入新类别。")
    known = select(AnswerCode).where(AnswerCode.study_id == study_id, AnswerCode.question == question, col(AnswerCode.retired_at).is_(None))
    unknown = sorted(set(codes) - {each.code for each in session.exec(known)} - {NO_CODE})
    if unknown:
        raise InvalidInput("code_not_in_frame", "类别 {codes} 不在这道题的类别表里：请刷新页面。", codes="、".join(unknown))
    if NO_CODE in codes and len(set(codes)) > 1:
        raise InvalidInput("fits_and_does_not", "没有保存：“没有合适的类别”不能与别的类别同时勾选。")
    return sorted(set(codes), key=int)
