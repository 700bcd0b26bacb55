"""The numbers of cases, one a row, so that who calls back is found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION keep_numbers_of_new_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_numbers (case_id, number)
    SELECT DISTINCT fresh.id, phone ->> 'number' FROM fresh, jsonb_array_elements(fresh.phones) phone WHERE phone ->> 'number' IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_numbers_of_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM case_numbers WHERE case_id = NEW.id;
    INSERT INTO case_numbers (case_id, number)
    SELECT DISTINCT NEW.id, phone ->> 'number' FROM jsonb_array_elements(NEW.phones) phone WHERE phone ->> 'number' IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER cases_numbers_kept AFTER INSERT ON cases REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION keep_numbers_of_new_cases();
CREATE TRIGGER cases_numbers_followed AFTER UPDATE OF phones ON cases FOR EACH ROW
    WHEN (jsonb_path_query_array(OLD.phones, '$[*].number') <> jsonb_path_query_array(NEW.phones, '$[*].number'))
    EXECUTE FUNCTION keep_numbers_of_case();
"""
SEED = """
INSERT INTO case_numbers (case_id, number)
SELECT DISTINCT c.id, phone ->> 'number' FROM cases c, jsonb_array_elements(c.phones) phone WHERE phone ->> 'number' IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "case_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
    )
    op.execute(KEEP)
    op.execute(SEED)
    op.create_index("ix_case_numbers_case_id", "case_numbers", ["case_id"])
    op.create_index("ix_case_numbers_number", "case_numbers", ["number"])


def downgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("DROP TRIGGER cases_numbers_followed ON cases")
    op.execute("DROP TRIGGER cases_numbers_kept ON cases")
    op.execute("DROP FUNCTION keep_numbers_of_case()")
    op.execute("DROP FUNCTION keep_numbers_of_new_cases()")
    op.drop_table("case_numbers")
