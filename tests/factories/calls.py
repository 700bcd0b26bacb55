"""A leased case of a study with published lines, in the first calling window."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue.leases import Lease
from callcenter.calls.actions import load_lines
from callcenter.calls.phone_line import LineAway, LineState, Placed, Placement, Seat
from callcenter.calls.queries import latest_attempt
from callcenter.calls.voice_steps import Script
from callcenter.db.engine import transaction
from callcenter.web.pages.operator.dialling import dial
from callcenter.web.security import Person
from tests.factories.sampling import insert, make_drawn_sample, make_user

LINES = [{"number": f"965999{n}", "dialled_form": f"+8622965999{n}"} for n in ("66", "77", "88")]
PHONES = [{"number": "+8613800000001", "state": "untried"}, {"number": "+862260000001", "state": "untried"}]


@dataclass
class LeasedCase:
    """Ids of a case that an operator holds."""

    study_id: int
    case_id: int
    operator_id: int
    lease_id: str = "lease-1"
    unit_key: str = "E0001"


def make_leased_case(**case: object) -> LeasedCase:
    """A leased case, committed; `case` overrides columns."""
    with transaction() as session:
        return leased_case(session, **case)


def leased_case(session: Session, **case: object) -> LeasedCase:
    """The same in the session's transaction."""
    drawn = make_drawn_sample(session, release_main=True)
    frame = drawn.frame
    stratum, name = next((number, name) for name, number in drawn.strata.items())
    insert(
        session, "phases", stage_id=frame.stage_id, kind="calling", title="企业电话调查", description="",
        first_day=date(2022, 6, 1), last_day=date(2022, 6, 17), scheduled_last_day=date(2022, 6, 17),
    )  # fmt: skip
    load_lines(session, frame.study_id, LINES)
    operator = make_user(session, "operator")
    now = clock.now()
    key, (_, district) = next(iter(frame.units.items()))
    values = {
        "study_id": frame.study_id, "population_id": frame.population_id, "release_id": drawn.releases[name],
        "draw_unit_id": _draw_unit(session, drawn.draw_id, key), "stratum_id": stratum, "unit_key": key, "district": district,
        "order_key": "0",
        "enterprise_name": "天津第1企业", "contact": "", "phones": PHONES, "matters": [], "respondents": "enterprises",
        "questionnaire_id": frame.questionnaire_id, "state": "leased", "rank": 40, "due_at": now, "needs_conversion": False, "attempts": 0,
        "attempts_on_day": 0, "lease_id": "lease-1", "leased_by": operator, "leased_at": now,
        "lease_expires_at": now + timedelta(minutes=5),
        "created_at": now,
    }  # fmt: skip
    case_id = insert(session, "cases", **(values | case))
    return LeasedCase(frame.study_id, case_id, operator, unit_key=key)


def _draw_unit(session: Session, draw_id: int, key: str) -> int:
    from sqlalchemy import text

    return int(
        session.execute(text("SELECT id FROM draw_units WHERE draw_id = :d AND unit_key = :k"), {"d": draw_id, "k": key}).scalar_one()
    )


@dataclass
class PretendedLine:
    """A phone line of the test's own: keeps what it was given, fails when told to."""

    fails: bool = False
    placed: list[Placement] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    states: dict[str, LineState] = field(default_factory=dict)
    needs_seats: bool = False
    seats: list[Seat] = field(default_factory=list)
    led: list[tuple[str, Script]] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    sounds: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def place(self, placement: Placement) -> Placed:
        """Take a call."""
        if self.fails:
            raise LineAway("refused")
        self.placed.append(placement)
        return Placed(f"CA{len(self.placed)}")

    def hang_up(self, sid: str) -> None:
        """End a call."""
        self.ended.append(sid)

    def state(self, sid: str) -> LineState:
        """Say where a call stands."""
        return self.states[sid]

    def seat(self, seat: Seat) -> Placed:
        """Ring a leg."""
        if self.fails:
            raise LineAway("refused")
        self.seats.append(seat)
        return Placed(f"CA-leg-{len(self.seats)}")

    def lead(self, sid: str, script: Script) -> None:
        """Take another script."""
        self.led.append((sid, script))

    def record(self, sid: str, attempt_id: int) -> str:
        """Begin a recording."""
        if self.fails:
            raise LineAway("refused")
        self.recorded.append(sid)
        return f"RE{len(self.recorded)}"

    def stop_recording(self, sid: str, recording_sid: str) -> None:
        """End a recording."""
        self.stopped.append(recording_sid)

    def fetch_recording(self, recording_sid: str) -> bytes:
        """The sound."""
        if self.fails:
            raise LineAway("refused")
        return self.sounds[recording_sid]

    def delete_recording(self, recording_sid: str) -> None:
        """Forget the sound."""
        self.deleted.append(recording_sid)


def press_dial(line: PretendedLine, case: LeasedCase, phone: str | None = None) -> int:
    """Dial as the operator's page does; the attempt's id."""
    person = Person(case.operator_id, "operator", "话务员", "operator", None, "zh", False, "", 0)
    dial(line, person, Lease(case.lease_id, case.case_id, case.operator_id, clock.now() + timedelta(minutes=5)), phone)
    with transaction() as session:
        return latest_attempt(session, case.lease_id).id
