"""What an enterprise tells the voice menu is an attempt without an operator; calls that come in count as contacts, never as dialled"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

COUNT = """
CREATE OR REPLACE FUNCTION count_contact(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was counted_contacts;
    is_called boolean;
    is_reached boolean;
BEGIN
    SELECT CALLED, coalesce(bool_or(outcome IN ('complete', 'partial', 'gatekeeper', 'informant_absent', 'wrong_number',
        'soft_refusal', 'hard_refusal', 'opt_out', 'appointment_hard', 'appointment_soft', 'broken_off', 'matter_denied',
        'closed_business', 'unable', 'language', 'not_eligible')), false)
    INTO is_called, is_reached FROM case_attempts
    WHERE case_id = of_case AND state <> 'placing' AND carrier_failure IS NULL AND operator_id IS NOT NULL;
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
    went_out int := OUT;
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
        PERFORM count_contact(NEW.case_id);
        PERFORM count_contact(s.case_id) FROM shared_attempts s WHERE s.attempt_id = NEW.id ORDER BY s.case_id;
    END IF;
    RETURN NULL;
END $$;
"""
"""As counters of bundles had them; `CALLED` and `OUT` stand for which calls were ours."""
OURS = COUNT.replace("CALLED", "count(*) FILTER (WHERE direction = 'outgoing') > 0").replace("OUT;", "(NEW.direction = 'outgoing')::int;")
ALL = COUNT.replace("CALLED", "count(*) > 0").replace("OUT;", "1;")
CORRECTED = """
SELECT count_contact(case_id) FROM (SELECT DISTINCT case_id FROM case_attempts WHERE direction = 'incoming') came_in;
INSERT INTO rate_counters (release_id, district, dialled, answered)
SELECT c.release_id, c.district, SIGN count(*), SIGN count(a.answered_at) FROM attempts a JOIN cases c ON c.id = a.case_id
WHERE a.direction = 'incoming' AND a.state <> 'placing' AND a.carrier_failure IS NULL GROUP BY c.release_id, c.district;
"""
BOARDS_BEFORE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (id, case_id, shared, operator_id, line, placed_at, state, ringing_at, answered_at, ended_at, sip_code,
            carrier_failure, outcome, outcome_at) ON case_attempts TO callcenter_boards;
    END IF;
END $$;
"""
BOARDS = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'callcenter_boards') THEN
        GRANT SELECT (direction) ON attempts TO callcenter_boards;
        GRANT SELECT (direction) ON case_attempts TO callcenter_boards;
    END IF;
END $$;
"""
OF_ATTEMPT = """a.lease_id, a.number_in_lease, a.operator_id, a.line, a.phone, a.placed_at, a.call_sid, a.state,
    a.ringing_at, a.answered_at, a.ended_at, a.sip_code, a.carrier_failure"""
VIEW = f"""
CREATE OR REPLACE VIEW case_attempts AS
SELECT a.id, a.case_id, false AS shared, {OF_ATTEMPT}, a.outcome, a.outcome_at, a.outcome_detail, a.note, a.direction, a.answered_by
FROM attempts a
UNION ALL
SELECT a.id, s.case_id, true, {OF_ATTEMPT}, s.outcome, s.outcome_at, s.outcome_detail, s.note, a.direction, a.answered_by
FROM shared_attempts s JOIN attempts a ON a.id = s.attempt_id
"""
WITHOUT_OPERATOR = ("attempts", "appointments")


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for table in WITHOUT_OPERATOR:
        op.alter_column(table, "operator_id", nullable=True)
    op.execute(VIEW)
    op.execute(OURS)
    op.execute(CORRECTED.replace("SIGN", "-"))
    op.execute(BOARDS)


def downgrade() -> None:
    op.execute(ALL)
    op.execute(CORRECTED.replace("SIGN", "+"))
    for table in WITHOUT_OPERATOR:  # before, somebody had to stand there
        op.execute(f"UPDATE {table} SET operator_id = (SELECT min(id) FROM users) WHERE operator_id IS NULL")
        op.alter_column(table, "operator_id", nullable=False)
    op.execute("DROP VIEW case_attempts")
    op.execute(VIEW.replace(", a.answered_by", "").replace("OR REPLACE ", ""))
    op.execute(BOARDS_BEFORE)
