"""Each answer keeps in which mode and language it was asked"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE answers ADD COLUMN mode VARCHAR NOT NULL DEFAULT 'telephone', ADD COLUMN language VARCHAR NOT NULL DEFAULT 'zh'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE answers DROP COLUMN language, DROP COLUMN mode")
