"""Rows of lists are copied without a check of each, and without an index that another one makes needless"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.drop_constraint("submission_rows_submission_id_fkey", "submission_rows", type_="foreignkey")
    op.drop_index("ix_submission_rows_submission_id", table_name="submission_rows")


def downgrade() -> None:
    op.create_index("ix_submission_rows_submission_id", "submission_rows", ["submission_id"])
    op.create_foreign_key("submission_rows_submission_id_fkey", "submission_rows", "submissions", ["submission_id"], ["id"])
