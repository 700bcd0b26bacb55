"""What units state of their lists, what lists lack, institutions as respondents"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "list_statements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("population_id", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("stated_total", sa.Integer(), nullable=True),
        sa.Column("policy_month", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["users.id"]),
        sa.ForeignKeyConstraint(["population_id"], ["populations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("list_statements_of_unit", "list_statements", ["population_id", "department"])
    op.create_table(
        "row_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=True),
        sa.Column("latest", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("submission_id", "number"),
    )
    op.add_column("submissions", sa.Column("findings", postgresql.JSONB(), server_default="{}", nullable=False))
    op.alter_column("submissions", "findings", server_default=None)
    # stated with the unit's list as a whole, not with one file of it
    op.drop_column("submissions", "stated_total")
    op.drop_column("submissions", "policy_month")
    op.drop_constraint("populations_respondents_check", "populations", type_="check")
    op.create_check_constraint("populations_respondents_check", "populations", "respondents IN ('enterprises', 'institutions', 'persons')")


def downgrade() -> None:
    op.drop_constraint("populations_respondents_check", "populations", type_="check")
    op.execute("UPDATE populations SET respondents = 'enterprises' WHERE respondents = 'institutions'")
    op.create_check_constraint("populations_respondents_check", "populations", "respondents IN ('enterprises', 'persons')")
    op.add_column("submissions", sa.Column("policy_month", sa.String(), nullable=True))
    op.add_column("submissions", sa.Column("stated_total", sa.Integer(), nullable=True))
    op.drop_column("submissions", "findings")
    op.drop_table("row_notes")
    op.drop_table("list_statements")
