"""Transfers of running calls to somebody who is ready"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

OPEN = "state IN ('offered', 'joined')"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("from_user", sa.BigInteger(), nullable=False),
        sa.Column("to_user", sa.BigInteger(), nullable=False),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('offered', 'joined', 'done', 'declined', 'ended')"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["from_user"], ["users.id"]),
        sa.ForeignKeyConstraint(["to_user"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_transfers_attempt_id"), "transfers", ["attempt_id"], unique=False)
    op.create_index("transfers_one_of_call", "transfers", ["attempt_id"], unique=True, postgresql_where=sa.text(OPEN))
    op.create_index("transfers_one_to_each", "transfers", ["to_user"], unique=True, postgresql_where=sa.text(OPEN))
    op.create_index("transfers_one_from_each", "transfers", ["from_user"], unique=True, postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_table("transfers")
