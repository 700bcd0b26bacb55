"""Counters of rates, kept by triggers so that nothing that is written escapes them"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COUNTS = ("released", "open", "called", "reached", "valid", "dialled", "answered", "i", "p", "r", "nc", "o", "uh", "uo", "ne")


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "rate_counters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("release_id", sa.BigInteger(), sa.ForeignKey("releases.id"), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        *_counts(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rate_counters_release_id", "rate_counters", ["release_id"])
    op.create_table(
        "counted_contacts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("counted_contacts_case", "counted_contacts", ["case_id"], unique=True)
    op.create_table(
        "rate_snapshots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stratum_id", sa.BigInteger(), sa.ForeignKey("strata.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        *_counts(),
        sa.CheckConstraint("kind IN ('main', 'top_up')"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rate_snapshots_at", "rate_snapshots", ["stratum_id", "at"])
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)
    op.execute(SEED)
    op.execute(BOARDS_READ)


def _counts() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in COUNTS]


FUNCTIONS = """
CREATE FUNCTION count_new_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rate_counters (release_id, district, released, open, uh)
    SELECT release_id, district, count(*), count(*) FILTER (WHERE state <> 'closed'), count(*) FROM fresh GROUP BY release_id, district;
    RETURN NULL;
END $$;

CREATE FUNCTION count_open_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rate_counters (release_id, district, open)
    VALUES (NEW.release_id, NEW.district, CASE WHEN NEW.state = 'closed' THEN -1 ELSE 1 END);
    RETURN NULL;
END $$;

CREATE FUNCTION count_disposition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text := coalesce(
    (SELECT category FROM dispositions WHERE case_id = NEW.case_id AND id < NEW.id ORDER BY id DESC LIMIT 1), 'UH');
BEGIN
    IF before <> NEW.category THEN
        INSERT INTO rate_counters (release_id, district, i, p, r, nc, o, uh, uo, ne)
        SELECT release_id, district,
            (NEW.category = 'I')::int - (before = 'I')::int, (NEW.category = 'P')::int - (before = 'P')::int,
            (NEW.category = 'R')::int - (before = 'R')::int, (NEW.category = 'NC')::int - (before = 'NC')::int,
            (NEW.category = 'O')::int - (before = 'O')::int, (NEW.category = 'UH')::int - (before = 'UH')::int,
            (NEW.category = 'UO')::int - (before = 'UO')::int, (NEW.category = 'NE')::int - (before = 'NE')::int
        FROM cases WHERE id = NEW.case_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION count_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before boolean := coalesce(
    (SELECT valid FROM validity_verdicts WHERE case_id = NEW.case_id AND id < NEW.id ORDER BY id DESC LIMIT 1), false);
BEGIN
    IF before <> NEW.valid THEN
        INSERT INTO rate_counters (release_id, district, valid)
        SELECT release_id, district, NEW.valid::int - before::int FROM cases WHERE id = NEW.case_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION count_contact(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was counted_contacts;
    is_called boolean;
    is_reached boolean;
BEGIN
    SELECT count(*) > 0, coalesce(bool_or(outcome IN ('complete', 'partial', 'gatekeeper', 'informant_absent', 'wrong_number',
        'soft_refusal', 'hard_refusal', 'opt_out', 'appointment_hard', 'appointment_soft', 'broken_off', 'matter_denied',
        'closed_business', 'unable', 'language', 'not_eligible')), false)
    INTO is_called, is_reached FROM attempts WHERE case_id = of_case AND state <> 'placing' AND carrier_failure IS NULL;
    INSERT INTO counted_contacts (case_id, called, reached) VALUES (of_case, false, false) ON CONFLICT (case_id) DO NOTHING;
    SELECT * INTO was FROM counted_contacts WHERE case_id = of_case FOR UPDATE;
    IF was.called <> is_called OR was.reached <> is_reached THEN
        UPDATE counted_contacts SET called = is_called, reached = is_reached WHERE case_id = of_case;
        INSERT INTO rate_counters (release_id, district, called, reached)
        SELECT release_id, district, is_called::int - was.called::int, is_reached::int - was.reached::int FROM cases WHERE id = of_case;
    END IF;
END $$;

CREATE FUNCTION count_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP = 'UPDATE' AND coalesce(OLD.state <> 'placing' AND OLD.carrier_failure IS NULL, false);
    stands boolean := NEW.state <> 'placing' AND NEW.carrier_failure IS NULL;
    more_dialled int := stands::int - was::int;
    more_answered int := (stands AND NEW.answered_at IS NOT NULL)::int - (was AND coalesce(OLD.answered_at IS NOT NULL, false))::int;
BEGIN
    IF more_dialled <> 0 OR more_answered <> 0 THEN
        INSERT INTO rate_counters (release_id, district, dialled, answered)
        SELECT release_id, district, more_dialled, more_answered FROM cases WHERE id = NEW.case_id;
    END IF;
    IF more_dialled <> 0 OR (stands AND (TG_OP = 'INSERT' OR NEW.outcome IS DISTINCT FROM OLD.outcome)) THEN
        PERFORM count_contact(NEW.case_id);
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER cases_counted AFTER INSERT ON cases REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_cases();
CREATE TRIGGER cases_open_counted AFTER UPDATE OF state ON cases
    FOR EACH ROW WHEN ((OLD.state = 'closed') <> (NEW.state = 'closed')) EXECUTE FUNCTION count_open_case();
CREATE TRIGGER dispositions_counted AFTER INSERT ON dispositions FOR EACH ROW EXECUTE FUNCTION count_disposition();
CREATE TRIGGER verdicts_counted AFTER INSERT ON validity_verdicts FOR EACH ROW EXECUTE FUNCTION count_verdict();
CREATE TRIGGER attempts_counted AFTER INSERT OR UPDATE OF state, carrier_failure, answered_at, outcome ON attempts
    FOR EACH ROW EXECUTE FUNCTION count_attempt();
"""

SEED = """
SELECT count_contact(case_id) FROM (SELECT DISTINCT case_id FROM attempts) tried;
INSERT INTO rate_counters (release_id, district, released, open, valid, dialled, answered, i, p, r, nc, o, uh, uo, ne)
SELECT c.release_id, c.district, count(*), count(*) FILTER (WHERE c.state <> 'closed'), count(*) FILTER (WHERE v.valid),
    coalesce(sum(t.dialled), 0), coalesce(sum(t.answered), 0), count(*) FILTER (WHERE w.category = 'I'),
    count(*) FILTER (WHERE w.category = 'P'), count(*) FILTER (WHERE w.category = 'R'), count(*) FILTER (WHERE w.category = 'NC'),
    count(*) FILTER (WHERE w.category = 'O'), count(*) FILTER (WHERE coalesce(w.category, 'UH') = 'UH'),
    count(*) FILTER (WHERE w.category = 'UO'), count(*) FILTER (WHERE w.category = 'NE')
FROM cases c
LEFT JOIN LATERAL (SELECT category FROM dispositions WHERE case_id = c.id ORDER BY id DESC LIMIT 1) w ON true
LEFT JOIN LATERAL (SELECT valid FROM validity_verdicts WHERE case_id = c.id ORDER BY id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT count(*) AS dialled, count(answered_at) AS answered FROM attempts
    WHERE case_id = c.id AND state <> 'placing' AND carrier_failure IS NULL) t ON true
GROUP BY c.release_id, c.district;
"""

BOARDS_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT ON rate_counters, rate_snapshots TO callcenter_boards;
    END IF;
END $$;
"""


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER attempts_counted ON attempts;
        DROP TRIGGER verdicts_counted ON validity_verdicts;
        DROP TRIGGER dispositions_counted ON dispositions;
        DROP TRIGGER cases_open_counted ON cases;
        DROP TRIGGER cases_counted ON cases;
        DROP FUNCTION count_attempt();
        DROP FUNCTION count_contact(bigint);
        DROP FUNCTION count_verdict();
        DROP FUNCTION count_disposition();
        DROP FUNCTION count_open_case();
        DROP FUNCTION count_new_cases();
    """)
    op.drop_table("rate_snapshots")
    op.drop_table("counted_contacts")
    op.drop_table("rate_counters")
