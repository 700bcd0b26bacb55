"""Upload windows: the planned last day, extensions for one unit, late lists"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("phase_extensions", sa.Column("unit", sa.String(), nullable=True))
    op.add_column("submissions", sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("phases", sa.Column("scheduled_last_day", sa.Date(), nullable=True))
    # What the schedule planned stands in the trail of the first extension; phases never extended have it as their last day.
    op.execute("""
        UPDATE phases SET scheduled_last_day = COALESCE(
            (SELECT (detail->>'from')::date FROM audit_trail
             WHERE action = 'extend_phase' AND subject_kind = 'phase' AND subject_id = phases.id::text ORDER BY id LIMIT 1),
            last_day)
    """)
    op.alter_column("phases", "scheduled_last_day", nullable=False)
    op.execute("""
        UPDATE submissions SET late = true FROM populations p JOIN phases f ON f.stage_id = p.stage_id AND f.kind = 'intake'
        WHERE p.id = submissions.population_id AND (received_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN f.first_day AND f.last_day
          AND (received_at AT TIME ZONE 'Asia/Shanghai')::date > f.scheduled_last_day
    """)


def downgrade() -> None:
    op.drop_column("phases", "scheduled_last_day")
    op.drop_column("submissions", "late")
    op.drop_column("phase_extensions", "unit")
