"""What other sources say of an item."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from callcenter.db.columns import key, link, moment, one_of


class OtherRecord(SQLModel, table=True):
    """An opinion, a site visit, a check of evidence or an expert's word, beside an item of a stage (an opinion may be about none)."""

    __tablename__ = "other_records"
    __table_args__ = (
        CheckConstraint(one_of("kind", "opinion", "visit", "evidence", "expert")),
        Index("other_records_of_stage", "stage_id", "kind"),
    )
    id: int | None = key()
    stage_id: int = link("stages.id", index=False)
    item_id: int | None = link("checklist_items.id", nullable=True)
    case_id: int | None = link("cases.id", nullable=True, index=False)
    """The case in which a contradiction was found that somebody should look at."""
    kind: str
    channel: str | None = None
    speaker: str | None = None
    day: date
    """When it was said, or is to be done."""
    subject: str
    opened_at: datetime = moment()
    opened_by: int = link("users.id", index=False)
    finding: str | None = None
    handling: str = ""
    done_at: datetime | None = moment(nullable=True)
    done_by: int | None = link("users.id", nullable=True, index=False)
