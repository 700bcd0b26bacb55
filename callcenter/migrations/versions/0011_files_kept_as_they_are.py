"""Files of lists are stored without a try to pack them: workbooks are packed already"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("ALTER TABLE submissions ALTER COLUMN file SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE submissions ALTER COLUMN file SET STORAGE EXTENDED")
