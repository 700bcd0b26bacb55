"""Contacts are held before they are counted, those of a call by the number of their case: callbacks of two calls to one enterprise may meet"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

HOLD = """
CREATE FUNCTION hold_contacts(of_attempt bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO counted_contacts (case_id, called, reached)
    SELECT called.id, false, false FROM (
        SELECT a.case_id AS id FROM attempts a WHERE a.id = of_attempt
        UNION SELECT s.case_id FROM shared_attempts s WHERE s.attempt_id = of_attempt
    ) called ORDER BY called.id
    ON CONFLICT (case_id) DO NOTHING;
    PERFORM FROM counted_contacts WHERE case_id IN (
        SELECT a.case_id FROM attempts a WHERE a.id = of_attempt
        UNION SELECT s.case_id FROM shared_attempts s WHERE s.attempt_id = of_attempt
    ) ORDER BY case_id FOR NO KEY UPDATE;
END $$;
"""
# What others have just counted must be seen: each statement of a function sees what was committed before it began.
COUNT = """
CREATE OR REPLACE FUNCTION count_contact(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was counted_contacts;
    is_called boolean;
    is_reached boolean;
BEGIN
STEPS
    IF was.called <> is_called OR was.reached <> is_reached THEN
        UPDATE counted_contacts SET called = is_called, reached = is_reached WHERE case_id = of_case;
        INSERT INTO rate_counters (release_id, district, called, reached)
        SELECT release_id, district, is_called::int - was.called::int, is_reached::int - was.reached::int FROM cases WHERE id = of_case;
    END IF;
END $$;
"""
HOLD_ONE = """
    INSERT INTO counted_contacts (case_id, called, reached) VALUES (of_case, false, false) ON CONFLICT (case_id) DO NOTHING;
    SELECT * INTO was FROM counted_contacts WHERE case_id = of_case FOR NO KEY UPDATE;
"""
READ = """
    SELECT count(*) FILTER (WHERE direction = 'outgoing') > 0, coalesce(bool_or(outcome IN ('complete', 'partial', 'gatekeeper',
        'informant_absent', 'wrong_number', 'soft_refusal', 'hard_refusal', 'opt_out', 'appointment_hard', 'appointment_soft', 'broken_off',
        'matter_denied', 'closed_business', 'unable', 'language', 'not_eligible')), false)
    INTO is_called, is_reached FROM case_attempts
    WHERE case_id = of_case AND state <> 'placing' AND carrier_failure IS NULL AND operator_id IS NOT NULL;
"""
ATTEMPT = """
CREATE OR REPLACE FUNCTION count_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    went_out int := (NEW.direction = 'outgoing')::int;
    was boolean := TG_OP = 'UPDATE' AND coalesce(OLD.state <> 'placing' AND OLD.carrier_failure IS NULL, false);
    stands boolean := NEW.state <> 'placing' AND NEW.carrier_failure IS NULL;
    more_dialled int := went_out * (stands::int - was::int);
    more_answered int := went_out *
        ((stands AND NEW.answered_at IS NOT NULL)::int - (was AND coalesce(OLD.answered_at IS NOT NULL, false))::int);
BEGIN
    IF more_dialled <> 0 OR more_answered <> 0 THEN
        INSERT INTO rate_counters (release_id, district, dialled, answered)
        SELECT release_id, district, more_dialled, more_answered FROM cases WHERE id = NEW.case_id;
    END IF;
    IF was <> stands OR (stands AND (TG_OP = 'INSERT' OR NEW.outcome IS DISTINCT FROM OLD.outcome)) THEN
        HOLD_OF_ATTEMPT
        PERFORM count_contact(NEW.case_id);
        PERFORM count_contact(s.case_id) FROM shared_attempts s WHERE s.attempt_id = NEW.id ORDER BY s.case_id;
    END IF;
    RETURN NULL;
END $$;
"""
SHARED = """
CREATE OR REPLACE FUNCTION count_shared_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM attempts WHERE id = NEW.attempt_id AND state <> 'placing') THEN
        PERFORM hold_contacts(NEW.attempt_id);
        PERFORM count_contact(NEW.case_id);
    END IF;
    RETURN NULL;
END $$;
"""
SHARED_BEFORE = """
CREATE OR REPLACE FUNCTION count_shared_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_contact(NEW.case_id);
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(HOLD)
    op.execute(COUNT.replace("STEPS", HOLD_ONE + READ))
    op.execute(ATTEMPT.replace("HOLD_OF_ATTEMPT", "PERFORM hold_contacts(NEW.id);"))
    op.execute(SHARED)


def downgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(SHARED_BEFORE)
    op.execute(ATTEMPT.replace("        HOLD_OF_ATTEMPT\n", ""))
    op.execute(COUNT.replace("STEPS", READ + HOLD_ONE))
    op.execute("DROP FUNCTION hold_contacts(bigint)")
