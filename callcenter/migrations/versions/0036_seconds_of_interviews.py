"""What an interview took over all its calls, which boards may read"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

BOARDS_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (seconds) ON interviews TO callcenter_boards;
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("interviews", sa.Column("seconds", sa.Integer(), nullable=True))
    op.execute(BOARDS_READ)


def downgrade() -> None:
    op.drop_column("interviews", "seconds")
