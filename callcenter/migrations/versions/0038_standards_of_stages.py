"""Of which stage's checklist a promise is: item numbers begin anew in every stage"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ITS_ONLY_STAGE = """
UPDATE declared_standards d SET stage_id = only_one.stage_id FROM (
    SELECT g.study_id, c.number, min(g.id) AS stage_id FROM checklist_items c JOIN stages g ON g.id = c.stage_id
    GROUP BY g.study_id, c.number HAVING count(*) = 1
) only_one WHERE only_one.study_id = d.study_id AND only_one.number = d.item_number
"""
STAGE_OF_ITS_YEAR = """
UPDATE declared_standards d SET stage_id = g.id FROM stages g JOIN checklist_items c ON c.stage_id = g.id
WHERE d.stage_id IS NULL AND g.study_id = d.study_id AND c.number = d.item_number AND g.name = d.year::text
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("declared_standards", sa.Column("stage_id", sa.BigInteger(), sa.ForeignKey("stages.id"), nullable=True))
    op.execute(ITS_ONLY_STAGE)
    op.execute(STAGE_OF_ITS_YEAR)


def downgrade() -> None:
    op.drop_column("declared_standards", "stage_id")
