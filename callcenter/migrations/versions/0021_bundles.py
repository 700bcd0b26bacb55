"""The open cases of an enterprise are leased together and share a call; what was answered to the opening notice"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

VIEW = """
CREATE VIEW case_attempts AS
SELECT a.id, a.case_id, false AS shared, a.lease_id, a.number_in_lease, a.operator_id, a.line, a.phone, a.placed_at, a.call_sid, a.state,
    a.ringing_at, a.answered_at, a.ended_at, a.sip_code, a.carrier_failure, a.outcome, a.outcome_at, a.outcome_detail, a.note
FROM attempts a
UNION ALL
SELECT a.id, s.case_id, true, a.lease_id, a.number_in_lease, a.operator_id, a.line, a.phone, a.placed_at, a.call_sid, a.state,
    a.ringing_at, a.answered_at, a.ended_at, a.sip_code, a.carrier_failure, s.outcome, s.outcome_at, s.outcome_detail, s.note
FROM shared_attempts s JOIN attempts a ON a.id = s.attempt_id
"""
BOARDS = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (id, case_id, shared, operator_id, line, placed_at, state, ringing_at, answered_at, ended_at, sip_code,
            carrier_failure, outcome, outcome_at) ON case_attempts TO callcenter_boards;
    END IF;
END $$;
"""
# Before bundles two operators could hold two cases of one enterprise: the one who came later gives theirs back.
RETURNED = "UPDATE cases c SET state = 'ready', lease_id = NULL, leased_by = NULL, leased_at = NULL, lease_expires_at = NULL"
ONE_EACH = f"""{RETURNED}
WHERE state = 'leased' AND EXISTS (SELECT FROM cases h WHERE h.state = 'leased' AND h.unit_key = c.unit_key AND h.id < c.id)
"""
CONTACTS = """
CREATE OR REPLACE FUNCTION count_contact(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was counted_contacts;
    is_called boolean;
    is_reached boolean;
BEGIN
    SELECT count(*) > 0, coalesce(bool_or(outcome IN ('complete', 'partial', 'gatekeeper', 'informant_absent', 'wrong_number',
        'soft_refusal', 'hard_refusal', 'opt_out', 'appointment_hard', 'appointment_soft', 'broken_off', 'matter_denied',
        'closed_business', 'unable', 'language', 'not_eligible')), false)
    INTO is_called, is_reached FROM CALLS WHERE case_id = of_case AND state <> 'placing' AND carrier_failure IS NULL;
    INSERT INTO counted_contacts (case_id, called, reached) VALUES (of_case, false, false) ON CONFLICT (case_id) DO NOTHING;
    SELECT * INTO was FROM counted_contacts WHERE case_id = of_case FOR UPDATE;
    IF was.called <> is_called OR was.reached <> is_reached THEN
        UPDATE counted_contacts SET called = is_called, reached = is_reached WHERE case_id = of_case;
        INSERT INTO rate_counters (release_id, district, called, reached)
        SELECT release_id, district, is_called::int - was.called::int, is_reached::int - was.reached::int FROM cases WHERE id = of_case;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION count_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
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
OTHERS    END IF;
    RETURN NULL;
END $$;
"""
"""As counters of rates had them; `CALLS` and `OTHERS` stand for what a shared call adds: every case that shares it was called."""
OTHERS = """
        PERFORM count_contact(s.case_id) FROM shared_attempts s WHERE s.attempt_id = NEW.id ORDER BY s.case_id;
"""
SHARED = """
CREATE FUNCTION count_shared_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_contact(NEW.case_id);
    RETURN NULL;
END $$;
CREATE TRIGGER shared_attempts_counted AFTER INSERT OR UPDATE OF outcome ON shared_attempts
    FOR EACH ROW EXECUTE FUNCTION count_shared_attempt();
"""
GIVEN_BACK = f"{RETURNED} WHERE state = 'leased' AND lease_place > 0"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("ALTER TABLE cases ADD COLUMN lease_place INTEGER NOT NULL DEFAULT 0")
    op.execute(ONE_EACH)
    op.execute("DROP INDEX cases_one_lease_each")
    op.execute("CREATE UNIQUE INDEX cases_one_lease_each ON cases (leased_by) WHERE state = 'leased' AND lease_place = 0")
    op.execute("CREATE UNIQUE INDEX cases_one_enterprise_each ON cases (unit_key) WHERE state = 'leased' AND lease_place = 0")
    op.execute("CREATE INDEX cases_of_lease ON cases (lease_id) WHERE lease_id IS NOT NULL")
    op.execute("CREATE INDEX attempts_untold ON attempts (id) WHERE outcome IS NULL")
    op.create_table(
        "shared_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_detail", JSONB(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.UniqueConstraint("attempt_id", "case_id"),
    )
    op.execute("CREATE INDEX shared_attempts_untold ON shared_attempts (attempt_id) WHERE outcome IS NULL")
    op.create_index(op.f("ix_shared_attempts_case_id"), "shared_attempts", ["case_id"])
    op.execute(VIEW)
    op.execute("ALTER TABLE interviews ADD COLUMN block INTEGER NOT NULL DEFAULT 1, ADD COLUMN through_at TIMESTAMPTZ")
    op.execute("ALTER TABLE answers ADD COLUMN asked_in BIGINT REFERENCES interviews (id)")
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("interview", sa.Boolean(), nullable=False),
        sa.Column("recording", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"]),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["users.id"]),
    )
    op.create_index(op.f("ix_consents_interview_id"), "consents", ["interview_id"])
    op.create_index(op.f("ix_consents_attempt_id"), "consents", ["attempt_id"])
    op.execute(BOARDS)
    op.execute(CONTACTS.replace("CALLS", "case_attempts").replace("OTHERS", OTHERS.strip("\n") + "\n"))
    op.execute(SHARED)


def downgrade() -> None:
    op.execute("DROP TRIGGER shared_attempts_counted ON shared_attempts")
    op.execute("DROP FUNCTION count_shared_attempt()")
    op.execute(CONTACTS.replace("CALLS", "attempts").replace("OTHERS", ""))
    op.drop_table("consents")
    op.execute("ALTER TABLE answers DROP COLUMN asked_in")
    op.execute("ALTER TABLE interviews DROP COLUMN through_at, DROP COLUMN block")
    op.execute("DROP VIEW case_attempts")
    op.drop_table("shared_attempts")
    op.execute("DROP INDEX attempts_untold")
    op.execute(GIVEN_BACK)
    op.execute("DROP INDEX cases_of_lease")
    op.execute("DROP INDEX cases_one_enterprise_each")
    op.execute("DROP INDEX cases_one_lease_each")
    op.execute("CREATE UNIQUE INDEX cases_one_lease_each ON cases (leased_by) WHERE state = 'leased'")
    op.execute("ALTER TABLE cases DROP COLUMN lease_place")
