"""Boards see who stopped a study's dialling and why: whoever looks at one must not wonder why nothing moves"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (stopped_by, why) ON dialling_stops TO callcenter_boards;
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(GRANT)


def downgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(GRANT.replace("GRANT SELECT", "REVOKE SELECT").replace("TO callcenter_boards", "FROM callcenter_boards"))
