"""Re-checks by somebody else, and valid samples taken out by two persons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "rechecks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('complete', 'denied', 'closing')"),
        sa.CheckConstraint("state IN ('waiting', 'passed', 'failed', 'unreached')"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rechecks_case_id", "rechecks", ["case_id"])
    op.create_index("ix_rechecks_operator_id", "rechecks", ["operator_id"])
    op.create_index("rechecks_waiting", "rechecks", ["id"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_table(
        "invalidations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_invalidations_case_id", "invalidations", ["case_id"])
    op.create_index("invalidations_open", "invalidations", ["case_id"], unique=True, postgresql_where=sa.text("decided_at IS NULL"))
    op.execute(BOARDS_READ)


# What the boards show of quality: never notes or answers.
BOARDS_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (id, case_id, operator_id, kind, code, chosen_at, state, done_at, reason, compared) ON rechecks TO callcenter_boards;
        GRANT SELECT (id, case_id, reason, proposed_at, decided_at, agreed) ON invalidations TO callcenter_boards;
    END IF;
END $$;
"""


def downgrade() -> None:
    op.drop_table("invalidations")
    op.drop_table("rechecks")
