"""Liaison persons of units, with every earlier version"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "liaisons",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("landline", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("filled_in_by", sa.String(), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("came_by IN ('form', 'sheet', 'carried_over')"),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stage_id", "unit", "version"),
    )
    op.create_index(op.f("ix_liaisons_stage_id"), "liaisons", ["stage_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_liaisons_stage_id"), table_name="liaisons")
    op.drop_table("liaisons")
