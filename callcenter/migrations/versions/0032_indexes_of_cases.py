"""Fewer indexes of cases: each is paid for at every claim and outcome, whether anybody looks by it or not"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UNUSED = ("enterprise_name", "for_operator_id", "leased_by", "population_id", "questionnaire_id", "stratum_id")


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for column in UNUSED:
        op.execute(f"DROP INDEX ix_cases_{column}")
    op.execute("DROP INDEX cases_one_lease_each")
    op.execute("CREATE UNIQUE INDEX cases_one_lease_each ON cases (leased_by, lease_place) WHERE state = 'leased'")
    op.execute("CREATE INDEX cases_of_operator ON cases (for_operator_id) WHERE for_operator_id IS NOT NULL")
    op.execute("CREATE INDEX cases_waiting ON cases (population_id) WHERE state = 'ready'")


def downgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for index in ("cases_waiting", "cases_of_operator", "cases_one_lease_each"):
        op.execute(f"DROP INDEX {index}")
    op.execute("CREATE UNIQUE INDEX cases_one_lease_each ON cases (leased_by) WHERE state = 'leased' AND lease_place = 0")
    for column in UNUSED:
        op.execute(f"CREATE INDEX ix_cases_{column} ON cases ({column})")
