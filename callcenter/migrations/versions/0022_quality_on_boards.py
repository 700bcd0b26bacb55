"""Boards may read why an interview is not valid: codes, no texts"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BOARDS_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (reasons, flags) ON validity_verdicts TO callcenter_boards;
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(BOARDS_READ)


def downgrade() -> None:
    op.execute(BOARDS_READ.replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
