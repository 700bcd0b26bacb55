"""Writes of people: users, passwords, sessions. All of them leave a line in the audit trail."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.db.engine import statement
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.operations.actions import record
from callcenter.people import passwords, queries, throttling
from callcenter.people.roles import ROLES
from callcenter.people.sessions import LONGEST, token_hash
from callcenter.people.sheets import PlannedUser, judge
from callcenter.people.tables import LogIn, LogInAttempt, Training, User

TOUCH = "UPDATE log_ins SET last_seen_at = %(now)s WHERE id = %(id)s"


@dataclass(frozen=True)
class NewSession:
    """A session just begun. `token` is known to nobody but the browser."""

    user: User
    token: str
    csrf_token: str


def add_user(
    session: Session,
    *,
    username: str,
    name: str,
    role: str,
    unit: str | None = None,
    password: str | None = None,
    must_change_password: bool = True,
    by: int | None = None,
) -> tuple[User, str]:
    """A new person with a log-in, and the password (made where none is given) that is shown once."""
    username, name = username.strip(), name.strip()
    _check_details(username, name, role, unit)
    if queries.user_by_name(session, username):
        raise Conflict("username_taken", "用户名“{username}”已经有人使用：请换一个。", username=username)
    given = password or passwords.generate()
    user = User(
        username=username,
        name=name,
        role=role,
        unit=(unit or "").strip() or None,
        password_hash=passwords.hashed(given),
        must_change_password=must_change_password,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    record(session, by, "user_added", "user", user.id, detail={"role": role})
    return user, given


def add_planned(session: Session, planned: Sequence[PlannedUser], *, by: int | None = None) -> list[tuple[User, str]]:
    """Add the people of an imported sheet, all or none, with a password each; a row with a problem is refused."""
    judged = judge(planned, queries.usernames(session))
    wrong = next((row for row in judged if row.problem), None)
    if wrong:
        raise InvalidInput("row_not_usable", "第 {row} 行不能导入：请改正表格后重新上传。", row=wrong.row)
    given = [passwords.generate() for _ in judged]
    with ThreadPoolExecutor(4) as pool:
        hashes = list(pool.map(passwords.hashed, given))
    now = clock.now()
    users = [
        User(
            username=row.username,
            name=row.name,
            role=row.role,
            unit=row.unit or None,
            password_hash=stored,
            must_change_password=True,
            created_at=now,
        )
        for row, stored in zip(judged, hashes, strict=True)
    ]
    session.add_all(users)
    session.flush()
    for user in users:
        record(session, by, "user_added", "user", user.id, detail={"role": user.role, "from": "sheet"})
    return list(zip(users, given, strict=True))


def train(session: Session, user_id: int, questionnaire: str, *, by: int | None = None) -> None:
    """Release a person for a questionnaire they were trained for; again: nothing changes."""
    values = {"user_id": user_id, "questionnaire": questionnaire, "released_at": clock.now(), "released_by": by}
    session.execute(insert(Training).values(**values).on_conflict_do_nothing())
    record(session, by, "trained", "user", user_id, detail={"questionnaire": questionnaire})


def set_converts_refusals(session: Session, user_id: int, *, converts: bool, by: int | None = None) -> User:
    """Name a person for calls to those who refused softly, or take the name back."""
    user = _user(session, user_id)
    user.converts_refusals = converts
    session.add(user)
    record(session, by, "named_for_refusals" if converts else "not_named_for_refusals", "user", user_id)
    return user


def change_role(session: Session, user_id: int, role: str, *, unit: str | None = None, by: int | None = None) -> User:
    """Give a person another role; the open sessions end, so that no page of the old role stays open."""
    user = _user(session, user_id)
    _check_details(user.username, user.name, role, unit if unit is not None else user.unit)
    if user.role == "administrator" and role != "administrator":
        _keep_one_administrator(session, user)
    before, user.role = user.role, role
    if unit is not None:
        user.unit = unit.strip() or None
    session.add(user)
    _end_sessions(session, user)
    record(session, by, "role_changed", "user", user_id, detail={"from": before, "to": role})
    return user


def reset_password(session: Session, user_id: int, *, by: int | None = None) -> tuple[User, str]:
    """A new random password, to be changed at the next log-in; the open sessions end."""
    user = _user(session, user_id)
    given = passwords.generate()
    user.password_hash, user.must_change_password = passwords.hashed(given), True
    session.add(user)
    _end_sessions(session, user)
    record(session, by, "password_reset", "user", user_id)
    return user, given


def disable(session: Session, user_id: int, *, by: int | None = None) -> User:
    """End a person's access at once; what they did stays."""
    user = _user(session, user_id)
    if user.role == "administrator":
        _keep_one_administrator(session, user)
    user.active = False
    session.add(user)
    _end_sessions(session, user)
    record(session, by, "user_disabled", "user", user_id)
    return user


def enable(session: Session, user_id: int, *, by: int | None = None) -> User:
    """Give a disabled person access again."""
    user = _user(session, user_id)
    user.active = True
    session.add(user)
    record(session, by, "user_enabled", "user", user_id)
    return user


def change_password(session: Session, user_id: int, old: str, new: str, *, keep_log_in: int | None = None) -> None:
    """A person's own change of password; every other session of theirs ends."""
    user = _user(session, user_id)
    if not passwords.matches(old, user.password_hash):
        raise InvalidInput("wrong_old_password", "现在的密码不对，请再输入一次。")
    if passwords.folded(old) == passwords.folded(new):
        raise InvalidInput("same_password", "新密码与现在的密码相同：请换一个。")
    problem = passwords.problem(new, user.username, user.name)
    if problem:
        raise InvalidInput("weak_password", problem)
    user.password_hash, user.must_change_password = passwords.hashed(new), False
    session.add(user)
    _end_sessions(session, user, but=keep_log_in)
    record(session, user_id, "password_changed", "user", user_id)


def set_language(session: Session, user_id: int, language: str) -> None:
    """The language of a person's pages: zh or en."""
    user = _user(session, user_id)
    user.language = language if language in ("zh", "en") else "zh"
    session.add(user)


def begin_try(session: Session, username: str, address: str, secret: str) -> int:
    """Count a try to log in before its password is looked at (so that many at once count too); refuse one too many.

    The address is kept as a hash under `secret`; so is a name that nobody has: people type passwords into the wrong field.
    """
    now = clock.wall_clock()
    address_hash = _keyed(secret, address)
    known = queries.user_by_name(session, username)
    kept = known.username if known else "?" + _keyed(secret, username.strip().lower())
    for name in sorted({address_hash, kept}):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7214))"), {"name": name})
    retry_at = throttling.until(*queries.recent_failures(session, kept, address_hash, now - throttling.WINDOW), now)
    if retry_at:
        raise throttling.TooManyTries(retry_at)
    tried = LogInAttempt(at=now, username=kept, address_hash=address_hash, succeeded=False)
    session.add(tried)
    session.flush()
    assert tried.id is not None  # noqa: S101  # numbered by the flush
    return tried.id


def begin_session(session: Session, user_id: int, try_id: int | None = None) -> NewSession:
    """Begin a session for a person whose password was right."""
    user = _user(session, user_id)
    now = clock.wall_clock()
    if try_id is not None and (tried := session.get(LogInAttempt, try_id)):
        tried.succeeded = True
        session.add(tried)
    token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    hashed = token_hash(token)
    session.add(
        LogIn(token_sha256=hashed, csrf_token=csrf_token, user_id=user_id, created_at=now, last_seen_at=now, expires_at=now + LONGEST)
    )
    session.flush()
    record(session, user_id, "logged_in", "user", user_id)
    return NewSession(user, token, csrf_token)


def end_session(session: Session, log_in_id: int) -> None:
    """Log out."""
    found = session.get(LogIn, log_in_id)
    if found and found.ended_at is None:
        found.ended_at = clock.wall_clock()
        session.add(found)
        record(session, found.user_id, "logged_out", "user", found.user_id)


def forget_old_log_ins(session: Session, older_than: timedelta = timedelta(days=30)) -> int:
    """Remove sessions and tries to log in that are long over; how many sessions."""
    before = clock.wall_clock() - older_than
    session.execute(delete(LogInAttempt).where(col(LogInAttempt.at) < before))
    removed = session.execute(delete(LogIn).where(col(LogIn.expires_at) < before))
    return int(getattr(removed, "rowcount", 0))


def touch(log_in_id: int) -> None:
    """Note that the holder of a session is still here (one plain statement)."""
    statement(TOUCH, {"id": log_in_id, "now": clock.wall_clock()})


def _check_details(username: str, name: str, role: str, unit: str | None) -> None:
    if not username or len(username) > 64 or any(mark.isspace() or not mark.isprintable() for mark in username):
        raise InvalidInput("username_invalid", "用户名不能为空、不能有空格，最多 64 个字符。")
    if not name:
        raise InvalidInput("name_missing", "请填写姓名。")
    if role not in ROLES:
        raise InvalidInput("role_unknown", "没有“{role}”这个角色。", role=role)
    if role == "submitter" and not (unit or "").strip():
        raise InvalidInput("unit_missing", "报送单位的用户要写明单位名称。")


def _keep_one_administrator(session: Session, leaving: User) -> None:
    others = select(func.count()).select_from(User).where(User.role == "administrator", User.active, User.id != leaving.id)
    if leaving.active and not session.exec(others).one():
        raise Refused("last_administrator", "“{name}”是最后一个管理员：请先添加另一个管理员。", name=leaving.name)


def _end_sessions(session: Session, user: User, *, but: int | None = None) -> None:
    assert user.id is not None  # noqa: S101  # read from the database
    for log_in in queries.open_log_ins(session, user.id):
        if log_in.id != but:
            log_in.ended_at = clock.wall_clock()
            session.add(log_in)


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("no_such_user", "没有这个用户，可能已被删除。")
    return user


def _keyed(secret: str, text_to_hide: str) -> str:
    return hmac.new(secret.encode(), text_to_hide.encode(), hashlib.sha256).hexdigest()[:32]
