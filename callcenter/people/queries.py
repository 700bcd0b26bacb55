"""Reads of people: who holds a session, the list of users."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from callcenter.db.engine import statement
from callcenter.people import passwords
from callcenter.people.operator_states import Spell
from callcenter.people.tables import LogIn, LogInAttempt, OperatorState, User

SORTS = {"username": User.username, "name": User.name, "role": User.role, "unit": User.unit, "created": User.created_at}

HOLDER = """
SELECT l.id AS log_in_id, l.csrf_token, l.last_seen_at, l.expires_at, u.id, u.username, u.name, u.role, u.unit,
       u.language, u.converts_refusals, u.must_change_password
FROM log_ins l JOIN users u ON u.id = l.user_id
WHERE l.token_sha256 = %(token)s AND l.ended_at IS NULL AND u.active
"""


@dataclass(frozen=True)
class Holder:
    """The person who holds a session that has not been ended, and when it was last used."""

    log_in_id: int
    csrf_token: str
    last_seen_at: datetime
    expires_at: datetime
    id: int
    username: str
    name: str
    role: str
    unit: str | None
    language: str
    converts_refusals: bool
    must_change_password: bool


def holder(token_sha256: str) -> Holder | None:
    """Who holds the session of this token (one plain statement: every request asks)."""
    rows = statement(HOLDER, {"token": token_sha256})
    return Holder(**rows[0]) if rows else None


def user(session: Session, user_id: int) -> User | None:
    """One user by id."""
    return session.get(User, user_id)


def user_by_name(session: Session, username: str) -> User | None:
    """One user by log-in name, however it is written (case does not count)."""
    return session.exec(select(User).where(func.lower(User.username) == username.strip().lower())).first()


def password_is(session: Session, username: str, password: str) -> bool:
    """Whether this is the person's password now."""
    found = user_by_name(session, username)
    return found is not None and passwords.matches(password, found.password_hash)


def usernames(session: Session) -> set[str]:
    """Every log-in name there is, in lower case."""
    return {name.lower() for name in session.exec(select(User.username))}


def names(session: Session) -> dict[int, str]:
    """Every user's name by id."""
    return {user_id: name for user_id, name in session.exec(select(col(User.id), col(User.name))) if user_id is not None}


def units(session: Session) -> list[str]:
    """The units that have a log-in, by name."""
    found = select(User.unit).where(User.role == "submitter", col(User.active), col(User.unit).is_not(None))
    return sorted({unit for unit in session.exec(found) if unit})


def users(
    session: Session,
    *,
    search: str = "",
    role: str = "",
    sort: str = "username",
    descending: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[User], int]:
    """A page of users and how many there are in all."""
    found = select(User)
    if search.strip():
        pattern = f"%{_escaped(search.strip())}%"
        found = found.where(or_(*(col(column).ilike(pattern) for column in (User.username, User.name, User.unit))))
    if role:
        found = found.where(User.role == role)
    count = session.exec(select(func.count()).select_from(found.subquery())).one()
    column = col(SORTS.get(sort, User.username))
    order = column.desc().nulls_last() if descending else column.asc().nulls_last()
    return list(session.exec(found.order_by(order, col(User.id)).offset(offset).limit(limit))), count


def counts_by_role(session: Session) -> dict[str, int]:
    """Active users of each role."""
    return dict(session.exec(select(User.role, func.count()).where(User.active).group_by(User.role)).all())


def recent_failures(session: Session, username: str, address_hash: str, since: datetime) -> tuple[list[datetime], list[datetime]]:
    """Wrong tries since a moment: on this name after its last right one, and from this address."""
    tried = select(LogInAttempt.at, LogInAttempt.succeeded).where(LogInAttempt.at > since)
    on_name: list[datetime] = []
    for at, succeeded in session.exec(tried.where(LogInAttempt.username == username).order_by(col(LogInAttempt.id))):
        on_name = [] if succeeded else [*on_name, at]
    from_address = tried.where(LogInAttempt.address_hash == address_hash, col(LogInAttempt.succeeded).is_(False))
    return on_name, [at for at, _ in session.exec(from_address)]


def open_log_ins(session: Session, user_id: int) -> list[LogIn]:
    """The sessions of a user that have not been ended."""
    return list(session.exec(select(LogIn).where(LogIn.user_id == user_id, col(LogIn.ended_at).is_(None))))


@dataclass(frozen=True)
class OperatorDay:
    """An operator with what they are doing now (none: never begun) and all their spells of a day."""

    id: int
    username: str
    name: str
    present: Spell | None
    spells: tuple[Spell, ...]


def present(session: Session, user_id: int) -> Spell | None:
    """What an operator is doing now; none who never began a shift."""
    open_one = select(OperatorState).where(OperatorState.user_id == user_id, col(OperatorState.until).is_(None))
    found = session.exec(open_one.execution_options(populate_existing=True)).first()  # plain statements write it
    return _spell(found) if found else None


def spells(session: Session, user_id: int, start: datetime, until: datetime) -> list[Spell]:
    """An operator's states that touch the time between two moments, in order."""
    return [_spell(row) for row in session.exec(_touching(start, until).where(OperatorState.user_id == user_id))]


def operators(session: Session, start: datetime, until: datetime) -> list[OperatorDay]:
    """Every active operator with what they are doing now and did between two moments, by name."""
    by_user: dict[int, list[OperatorState]] = {}
    for row in session.exec(_touching(start, until)):
        by_user.setdefault(row.user_id, []).append(row)
    people = select(User).where(User.role == "operator", col(User.active)).order_by(User.name, User.username)
    found = []
    for person in session.exec(people):
        assert person.id is not None  # noqa: S101  # a stored row
        rows = by_user.get(person.id, [])
        now = next((_spell(row) for row in rows if row.until is None), None)
        found.append(OperatorDay(person.id, person.username, person.name, now, tuple(_spell(row) for row in rows)))
    return found


def successors(session: Session, user_id: int) -> list[tuple[int, str]]:
    """Whom an operator may hand appointments over to: the other active operators, by name."""
    others = select(col(User.id), col(User.name)).where(User.role == "operator", col(User.active), User.id != user_id)
    return [(other, name) for other, name in session.exec(others.order_by(User.name)) if other is not None]


def doing(session: Session, user_id: int) -> tuple[Spell | None, str | None]:
    """What an operator is doing now, and the dialling mode they chose."""
    row = session.connection().exec_driver_sql(_DOING, {"user": user_id}).one()
    return (Spell(row.state, row.since, None, row.code, row.ends_at) if row.state else None), row.dialling_mode


_DOING = """
SELECT u.dialling_mode, s.state, s.since, s.code, s.ends_at
FROM users u LEFT JOIN operator_states s ON s.user_id = u.id AND s.until IS NULL WHERE u.id = %(user)s
"""


def _touching(start: datetime, until: datetime) -> SelectOfScalar[OperatorState]:
    """Spells that touch the time between two moments; the open ones are always among them."""
    reaching = or_(col(OperatorState.until).is_(None), col(OperatorState.until) > start)
    return select(OperatorState).where(col(OperatorState.since) < until, reaching).order_by(col(OperatorState.since), col(OperatorState.id))


def _spell(row: OperatorState) -> Spell:
    return Spell(row.state, row.since, row.until, row.code, row.ends_at)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
