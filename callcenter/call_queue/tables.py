"""Released units as cases; a row carries all that handing out needs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import documents, key, link, moment, one_of


class Case(SQLModel, table=True):
    """One released unit of one population. Later stages write it through this stage's actions.

    Every index is paid for at each claim and at each outcome: a column by which no row is looked for has none, and one that is
    mostly empty, or asked for in one state only, has a partial one.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(one_of("state", "ready", "leased", "tracing", "closed")),
        CheckConstraint("(state = 'leased') = (lease_id IS NOT NULL)"),
        Index("cases_next", "study_id", "rank", "due_at", "order_key", postgresql_where=text("state = 'ready'")),
        Index("cases_leased", "lease_expires_at", postgresql_where=text("state = 'leased'")),
        Index("cases_one_lease_each", "leased_by", "lease_place", unique=True, postgresql_where=text("state = 'leased'")),
        Index("cases_one_enterprise_each", "unit_key", unique=True, postgresql_where=text("state = 'leased' AND lease_place = 0")),
        Index("cases_of_operator", "for_operator_id", postgresql_where=text("for_operator_id IS NOT NULL")),
        Index("cases_waiting", "population_id", postgresql_where=text("state = 'ready'")),
        Index("cases_of_lease", "lease_id", postgresql_where=text("lease_id IS NOT NULL")),
        UniqueConstraint("draw_unit_id"),
    )
    id: int | None = key()
    study_id: int = link("studies.id")
    population_id: int = link("populations.id", index=False)
    release_id: int = link("releases.id")
    draw_unit_id: int = link("draw_units.id", index=False)
    stratum_id: int = link("strata.id", index=False)
    unit_key: str = Field(index=True)
    district: str
    order_key: str
    """The prn: fresh releases are called in its order."""
    enterprise_name: str
    contact: str = ""
    phones: list[dict[str, Any]] = documents()
    """number, extension, kind (mobile, landline), state (untried, good, wrong, dead, suspended), person told on the telephone."""
    matters: list[dict[str, Any]] = documents()
    respondents: str = "enterprises"
    questionnaire_id: int = link("questionnaires.id", index=False)
    state: str = "ready"
    rank: int = 40
    """0 hard appointment, 10 promised call-back, 20 soft appointment, 30 recall, 40 fresh."""
    due_at: datetime = moment()
    for_operator_id: int | None = link("users.id", nullable=True, index=False)
    """Own operator of an appointment, alone until `anyone_from`."""
    anyone_from: datetime | None = moment(nullable=True)
    needs_conversion: bool = False
    line: str | None = None
    """Published line of the first contact: it stays with the case."""
    attempts: int = 0
    attempts_on_day: int = 0
    last_attempt_day: date | None = None
    lease_id: str | None = None
    """The same for all cases of a bundle."""
    lease_place: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Place in the bundle: 0 led the claim, the others of the enterprise follow."""
    leased_by: int | None = link("users.id", nullable=True, index=False)
    leased_at: datetime | None = moment(nullable=True)
    lease_expires_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    closed_why: str | None = None
    created_at: datetime = moment()


class CaseNumber(SQLModel, table=True):
    """A number of a case, by which a caller is found. Triggers keep these rows in step with `Case.phones`, whoever writes them."""

    __tablename__ = "case_numbers"
    id: int | None = key()
    case_id: int = Field(foreign_key="cases.id", ondelete="CASCADE", index=True, sa_type=BigInteger)
    number: str = Field(index=True)
