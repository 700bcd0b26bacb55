"""Calls that check a case: placed like any other, attempts of no case"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TRIGGER = """
DROP TRIGGER attempts_counted ON attempts;
CREATE TRIGGER attempts_counted AFTER INSERT OR UPDATE OF state, carrier_failure, answered_at, outcome ON attempts
    FOR EACH ROW WHENEVER EXECUTE FUNCTION count_attempt();
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.alter_column("attempts", "case_id", nullable=True)
    op.add_column("attempts", sa.Column("rechecked_case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=True))
    op.create_index("ix_attempts_rechecked_case_id", "attempts", ["rechecked_case_id"])
    op.create_check_constraint(None, "attempts", "(case_id IS NULL) <> (rechecked_case_id IS NULL)")
    op.execute(TRIGGER.replace("WHENEVER", "WHEN (NEW.case_id IS NOT NULL)"))


def downgrade() -> None:
    op.execute("DELETE FROM attempts WHERE case_id IS NULL")
    op.execute(TRIGGER.replace("WHENEVER ", ""))
    op.drop_column("attempts", "rechecked_case_id")
    op.alter_column("attempts", "case_id", nullable=False)
