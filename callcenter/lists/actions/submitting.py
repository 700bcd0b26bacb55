"""Writes of the room: take a file, judge it, keep bytes and verdicts."""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select, update

from callcenter import clock
from callcenter.errors import InvalidInput, Refused
from callcenter.lists import stored_rows
from callcenter.lists.asks import Asks, asks
from callcenter.lists.findings import Findings, Look
from callcenter.lists.judged_rows import JudgedRows
from callcenter.lists.orders.findings import Examiner
from callcenter.lists.orders.reading import orders_of, stored
from callcenter.lists.periods import read_month
from callcenter.lists.queries import liaison_of
from callcenter.lists.reading import refuse_unreadable
from callcenter.lists.refusals import ListRefused
from callcenter.lists.tables import ListStatement, Submission
from callcenter.lists.verdicts import ListCheck, check
from callcenter.operations.actions import queue_job, record
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day

JOB = "judge_list"
LARGE_FILE = 2_000_000
"""From this many bytes on a file is judged by a worker: it would hold up the page."""
MAX_FILE = 300 * 2**20
MOST_STATED = 10_000_000


def submit(
    session: Session,
    *,
    population_id: int,
    department: str,
    user_id: int | None,
    file_name: str,
    data: bytes,
    drawn: bool = False,
    adds: bool = False,
    by_worker: bool | None = None,
) -> Submission:
    """Take a list of `department` and judge it; a large one (or `by_worker`) is left to a worker and waits.

    The same bytes again change nothing: the earlier submission is given back. A list that is not the unit's first replaces what it
    sent before, unless a sample is `drawn` or it `adds` to the earlier ones: then it is a supplement.
    Raises ListRefused for a file that cannot be judged; nothing is kept of it.
    """
    population = studies.population(session, population_id)
    if not department.strip():
        raise InvalidInput("department_missing", "您的账户没有登记单位，无法报送名单：请联系管理员登记。")
    if len(data) > MAX_FILE:
        raise InvalidInput("file_too_large", "文件超过 300 MB：请拆成几个文件分别上报。")
    _check_liaison(session, population.stage_id, department)
    sent = _Sent(population_id, department, hashlib.sha256(data).hexdigest())
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"submit {population_id} {department}"})
    same_bytes = select(Submission).where(*sent.same_unit(), Submission.file_sha256 == sent.digest)
    earlier = session.exec(same_bytes.options(defer(Submission.file))).first()  # type: ignore[arg-type]  # a column
    if earlier:
        return earlier
    later = len(data) >= LARGE_FILE if by_worker is None else by_worker
    if later:
        refuse_unreadable(data, file_name)
    asked = asks(population)
    look = Look(asked)
    judged = None if later else check(data, file_name=file_name, persons=asked.persons, keep_cells=True, look=look)
    submission = Submission(
        population_id=population_id,
        department=department,
        submitted_by=user_id,
        received_at=clock.now(),
        file_name=file_name[-200:],
        file_sha256=sent.digest,
        file=data,
        role=_role(session, sent, supplement=drawn or adds, drawn=drawn),
        late=_is_late(session, population.stage_id, department),
    )
    _receive(session, submission)
    if judged:
        _keep(session, submission, judged, look.finish())
    else:
        submission.job_id = queue_job(session, JOB, {"submission_id": submission.id}, user_id)
        session.add(submission)
    session.flush()
    return submission


class _Sent(NamedTuple):
    """Who sends what for which population."""

    population_id: int
    department: str
    digest: str

    def same_unit(self) -> list[Any]:
        """What all lists of the unit for the population have in common."""
        return [Submission.population_id == self.population_id, Submission.department == self.department]


def _role(session: Session, sent: _Sent, *, supplement: bool, drawn: bool) -> str:
    counting = col(Submission.state).in_(["judged", "waiting"])
    first = session.exec(select(Submission.id).where(*sent.same_unit(), counting).limit(1)).first() is None
    if first:
        return "supplement" if drawn else "first"
    return "supplement" if supplement else "replacement"


def _check_liaison(session: Session, stage_id: int, unit: str) -> None:
    """Where the study requires it, a unit sends lists only after it has named its liaison person for the stage."""
    state = liaison_of(session, stage_id, unit)
    if state.required and state.person is None:
        raise Refused("liaison_missing", "本单位还没有登记这个阶段的联络员：请先在“联络员”页登记，再报送名单。")


def _is_late(session: Session, stage_id: int, department: str) -> bool:
    today = field_day(clock.now())
    return studies.intake(session, stage_id).window(today, department).is_late(today)


def _receive(session: Session, submission: Submission) -> None:
    session.add(submission)
    session.flush()
    detail = {
        "population": submission.population_id,
        "department": submission.department,
        "sha256": submission.file_sha256,
        "bytes": len(submission.file),
        "role": submission.role,
    }
    record(session, submission.submitted_by, "submit_list", "submission", submission.id, detail=detail)


def waiting(session: Session, submission_id: int) -> tuple[bytes, Asks, str] | None:
    """The file of a submission that waits for its verdicts, what its population asks, and its name; none where it is judged."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.state != "waiting":
        return None
    return submission.file, asks(studies.population(session, submission.population_id)), submission.file_name


def keep_verdicts(session: Session, submission_id: int, judged: ListCheck, findings: Findings, *, drawn: bool = False) -> dict[str, Any]:
    """Store what a worker found of a waiting submission; its totals. One that is judged already stays as it is.

    Where a sample was `drawn` while it waited, it no longer replaces what the sample was drawn from.
    """
    submission = session.get(Submission, submission_id, with_for_update={"key_share": True})
    assert submission is not None  # noqa: S101  # submissions are never deleted
    if submission.state == "waiting":
        submission.role = "supplement" if drawn and submission.role == "replacement" else submission.role
        _keep(session, submission, judged, findings)
    return submission.totals


def keep_refusal(session: Session, submission_id: int, refusal: ListRefused) -> None:
    """Say of a waiting submission that its file cannot be judged; nothing is kept of the file but its hash."""
    submission = session.get(Submission, submission_id, with_for_update={"key_share": True})
    if submission is not None and submission.state == "waiting":
        submission.state = "refused"
        submission.totals, submission.file = refusal.kept, b""  # its hash stays: the same bytes again are known
        session.add(submission)
        record(session, None, "refuse_list", "submission", submission_id, detail={"why": refusal.why})


def _keep(session: Session, submission: Submission, judged: ListCheck, findings: Findings) -> None:
    assert submission.id is not None  # noqa: S101  # stored before it is judged
    _copy_rows(session, submission.id, judged.rows)
    _copy_notes(session, submission.id, findings)
    if judged.stages:
        _keep_orders(session, submission)
    submission.state, submission.totals, submission.findings = "judged", judged.totals, findings.stored() | judged.receipt
    if submission.role == "replacement":
        submission.replaces_id = _replace_earlier(session, submission)
    session.add(submission)
    counted = {key: judged.totals[key] for key in ("rows", "accepted", "warned", "duplicate", "rejected")}
    record(session, submission.submitted_by, "judge_list", "submission", submission.id, detail=counted)
    session.flush()


def _replace_earlier(session: Session, submission: Submission) -> int | None:
    """The unit's earlier lists of the population count no longer; the newest of them."""
    sent = _Sent(submission.population_id, submission.department, submission.file_sha256)
    earlier: list[Any] = [*sent.same_unit(), Submission.state == "judged", col(Submission.id) < submission.id]
    newest = session.exec(select(Submission.id).where(*earlier).order_by(col(Submission.id).desc()).limit(1)).first()
    session.exec(update(Submission).where(*earlier).values(state="replaced"))
    return newest


def _copy_rows(session: Session, submission_id: int, rows: JudgedRows) -> None:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY submission_rows ({stored_rows.COLUMNS}) FROM STDIN") as copy:
        for lines in stored_rows.lines(submission_id, rows):
            copy.write(lines)


def _copy_notes(session: Session, submission_id: int, findings: Findings) -> None:
    if not findings.notes:
        return
    driver: Any = session.connection().connection.driver_connection
    columns = "submission_id, number, missing, earliest, latest"
    with driver.cursor() as cursor, cursor.copy(f"COPY row_notes ({columns}) FROM STDIN") as copy:
        for number, note in findings.notes.items():
            copy.write_row((submission_id, number, list(note.missing), *(note.dated or (None, None))))


def state(
    session: Session, population_id: int, department: str, user_id: int | None, *, stated_total: int | None = None, policy_month: str = ""
) -> ListStatement | None:
    """Keep what a unit states of its list for a population: how many the whole has, the policy month. What is not given stays as it was.

    None where nothing changes.
    """
    month = read_month(policy_month)
    if policy_month.strip() and not month:
        raise InvalidInput("no_month", "政策落地月份写成“年-月”，如 2021-06。")
    if stated_total is not None and not 0 < stated_total <= MOST_STATED:
        raise InvalidInput("no_total", "总体总数应是 1 到 {most} 之间的整数。", most=f"{MOST_STATED:,}")
    unit = (ListStatement.population_id == population_id, ListStatement.department == department)
    newest = session.exec(select(ListStatement).where(*unit).order_by(col(ListStatement.id).desc()).limit(1)).first()
    before = (newest.stated_total, newest.policy_month) if newest else (None, None)
    after = (stated_total if stated_total is not None else before[0], month or before[1])
    if after == before:
        return None
    values: dict[str, Any] = {"stated_total": after[0], "policy_month": after[1]}
    statement = ListStatement(population_id=population_id, department=department, at=clock.now(), by=user_id, **values)
    session.add(statement)
    record(session, user_id, "state_list", "population", population_id, detail={"department": department, **values})
    session.flush()
    return statement


def _keep_orders(session: Session, submission: Submission) -> None:
    """Store the stages of a work-order list and what is found in them; other lists never come here."""
    persons = studies.population(session, submission.population_id).respondents == "persons"
    examiner = Examiner(studies.work_calendar(session), field_day(submission.received_at))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY_ORDERS) as copy:
        for order in orders_of(submission.file, persons=persons):
            found = [{"code": one.code, "stage": one.stage, "values": one.values} for one in examiner.findings(order)]
            stages = json.dumps([stored(stage) for stage in order.used], ensure_ascii=False)
            copy.write_row((submission.id, order.number, order.order, stages, order.total, json.dumps(found, ensure_ascii=False)))


_COPY_ORDERS = "COPY work_orders (submission_id, number, order_number, stages, total, findings) FROM STDIN"
