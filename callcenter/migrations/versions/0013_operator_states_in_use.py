"""Wrap-ups end by themselves, and an operator may choose how calls are begun"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("ALTER TABLE operator_states ADD COLUMN ends_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE users ADD COLUMN dialling_mode VARCHAR")


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN dialling_mode")
    op.execute("ALTER TABLE operator_states DROP COLUMN ends_at")
