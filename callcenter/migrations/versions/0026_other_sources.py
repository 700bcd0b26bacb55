"""Opinions, site visits, checks of evidence and experts' words beside an item, apart from all telephone counts"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "other_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), sa.ForeignKey("stages.id"), nullable=False),
        sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("checklist_items.id"), nullable=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("speaker", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("handling", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.CheckConstraint("kind IN ('opinion', 'visit', 'evidence', 'expert')"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_other_records_item_id", "other_records", ["item_id"])
    op.create_index("other_records_of_stage", "other_records", ["stage_id", "kind"])


def downgrade() -> None:
    op.drop_table("other_records")
