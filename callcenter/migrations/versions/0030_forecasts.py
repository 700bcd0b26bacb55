"""What the field will still bring, kept for boards"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BOARDS_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT ON forecasts TO callcenter_boards;
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "forecasts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("study_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why_not", sa.String(), nullable=True),
        sa.Column("outlook", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("why_not IN ('not_in_field', 'not_enough_data')"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("study_id"),
    )
    op.execute(BOARDS_READ)


def downgrade() -> None:
    op.drop_table("forecasts")
