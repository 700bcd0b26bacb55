"""A preview keeps what it was made from, so that a list of another population need not undo it"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("ALTER TABLE frame_previews ADD COLUMN made_from JSONB NOT NULL DEFAULT '{}'::jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE frame_previews DROP COLUMN made_from")
