"""Legs of our own people, where they speak and hear, what answered a call; callbacks that are numbered badly are kept too"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("attempts", sa.Column("answered_by", sa.String(), nullable=True))
    op.drop_constraint("call_events_call_sid_sequence_key", "call_events", type_="unique")
    op.create_unique_constraint("call_events_call_sid_sequence_status_key", "call_events", ["call_sid", "sequence", "status"])
    op.create_table(
        "audio_places",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('browser', 'sip', 'phone')"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id"),
    )
    op.create_table(
        "legs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=True),
        sa.Column("call_sid", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('operator', 'listener')"),
        sa.CheckConstraint("state IN ('ringing', 'seated', 'gone')"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_sid"),
    )
    op.create_index(op.f("ix_legs_user_id"), "legs", ["user_id"], unique=False)
    op.create_index("legs_one_each", "legs", ["user_id", "purpose"], unique=True, postgresql_where=sa.text("state <> 'gone'"))


def downgrade() -> None:
    op.drop_table("legs")
    op.drop_table("audio_places")
    op.drop_constraint("call_events_call_sid_sequence_status_key", "call_events", type_="unique")
    op.create_unique_constraint("call_events_call_sid_sequence_key", "call_events", ["call_sid", "sequence"])
    op.drop_column("attempts", "answered_by")
