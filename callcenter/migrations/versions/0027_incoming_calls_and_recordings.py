"""Calls that come in, and recordings of talks and of words that callers left"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OF_ATTEMPT = """a.lease_id, a.number_in_lease, a.operator_id, a.line, a.phone, a.placed_at, a.call_sid, a.state,
    a.ringing_at, a.answered_at, a.ended_at, a.sip_code, a.carrier_failure"""
VIEW = f"""
CREATE OR REPLACE VIEW case_attempts AS
SELECT a.id, a.case_id, false AS shared, {OF_ATTEMPT}, a.outcome, a.outcome_at, a.outcome_detail, a.note, a.direction
FROM attempts a
UNION ALL
SELECT a.id, s.case_id, true, {OF_ATTEMPT}, s.outcome, s.outcome_at, s.outcome_detail, s.note, a.direction
FROM shared_attempts s JOIN attempts a ON a.id = s.attempt_id
"""
BOARDS = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (id, case_id, shared, operator_id, line, placed_at, state, ringing_at, answered_at, ended_at, sip_code,
            carrier_failure, outcome, outcome_at) ON case_attempts TO callcenter_boards;
    END IF;
END $$;
"""


def moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("attempts", sa.Column("direction", sa.String(), nullable=False, server_default="outgoing"))
    op.create_check_constraint(None, "attempts", "direction IN ('outgoing', 'incoming')")
    op.execute(VIEW)
    op.create_index("attempts_of_phone", "attempts", ["phone"], unique=False)
    op.create_table(
        "incoming_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        number("study_id"),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        moment("came_at", nullable=False),
        moment("heard_at", nullable=False),
        moment("offered_at"),
        number("taken_by", nullable=True),
        moment("taken_at"),
        number("attempt_id", nullable=True),
        moment("promised_for"),
        moment("ended_at"),
        moment("handled_at"),
        number("handled_by", nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('menu', 'offered', 'taken', 'promised', 'ended')"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"]),
        sa.ForeignKeyConstraint(["taken_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["handled_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_sid"),
    )
    op.create_index(op.f("ix_incoming_calls_study_id"), "incoming_calls", ["study_id"], unique=False)
    op.create_index("incoming_offered", "incoming_calls", ["offered_at"], unique=False, postgresql_where=sa.text("state = 'offered'"))
    op.create_table(
        "recordings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        number("study_id"),
        number("attempt_id", nullable=True),
        number("incoming_id", nullable=True),
        sa.Column("recording_sid", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        moment("wanted_at", nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        moment("stored_at"),
        moment("removed_there_at"),
        sa.Column("keep_until", sa.Date(), nullable=True),
        moment("deleted_at"),
        sa.Column("deleted_why", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('wanted', 'running', 'ready', 'stored', 'failed', 'deleted')"),
        sa.CheckConstraint("(attempt_id IS NULL) <> (incoming_id IS NULL)"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"]),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["incoming_id"], ["incoming_calls.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recording_sid"),
    )
    for column in ("study_id", "attempt_id", "incoming_id", "keep_until"):
        op.create_index(op.f(f"ix_recordings_{column}"), "recordings", [column], unique=False)
    op.create_index(
        "recordings_to_fetch", "recordings", ["id"], unique=False, postgresql_where=sa.text("state IN ('wanted', 'running', 'ready')")
    )


def downgrade() -> None:
    op.drop_table("recordings")
    op.drop_table("incoming_calls")
    op.drop_index("attempts_of_phone", table_name="attempts")
    # the view has the column to its end: it goes and comes again without it
    op.execute("DROP VIEW case_attempts")
    op.drop_column("attempts", "direction")
    op.execute(VIEW.replace(", a.direction", "").replace("OR REPLACE ", ""))
    op.execute(BOARDS)
