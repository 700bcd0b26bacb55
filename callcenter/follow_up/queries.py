"""Reads of following up: appointments, proposals, draws in the field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from callcenter.call_queue.tables import Case
from callcenter.calls.tables import Attempt
from callcenter.follow_up.recall_rules import read_rules
from callcenter.follow_up.tables import Appointment, TopUpProposal
from callcenter.follow_up.top_up import Proposal
from callcenter.sampling.tables import Design, Draw, Stratum
from callcenter.studies.queries import calling_window
from callcenter.studies.tables import Population, Stage, Study

CaseRow = Case
AttemptRow = Attempt
"""Rows as doors see them: they read, and leave writing to actions."""


@dataclass(frozen=True)
class DrawInField:
    """A draw whose calling window is open, with what a top-up goes by."""

    draw_id: int
    study_id: int
    settings: Mapping[str, Any]
    window: tuple[date, date]
    planned: float
    """Yield that the design expected: response x eligible x valid."""

    @property
    def chance(self) -> float:
        """The chance with which a top-up should reach the target."""
        return float((self.settings.get("top_up") or {}).get("chance", 0.9))

    @property
    def mode(self) -> str:
        """manual or automatic."""
        return str((self.settings.get("top_up") or {}).get("mode", "manual"))

    @property
    def most_attempts(self) -> int:
        """Attempts of the protocol."""
        return read_rules(self.settings).attempts


def draws_in_field(session: Session, day: date) -> list[DrawInField]:
    """Finished draws of populations whose calling window holds `day`."""
    drawn = (
        select(Draw, Design, Study, Population)
        .join(Design, col(Design.id) == col(Draw.design_id))
        .join(Population, col(Population.id) == col(Draw.population_id))
        .join(Stage, col(Stage.id) == col(Population.stage_id))
        .join(Study, col(Study.id) == col(Stage.study_id))
        .where(col(Draw.drawn_at).is_not(None))
        .order_by(col(Draw.id))
    )
    found = []
    for draw, design, study, population in session.exec(drawn):
        window = calling_window(session, population.stage_id)
        if window is not None and window[0] <= day <= window[1] and draw.id is not None and study.id is not None:
            found.append(DrawInField(draw.id, study.id, study.settings, window, _planned(design.document)))
    return found


def strata(session: Session, draw_id: int) -> list[Stratum]:
    """The strata of a draw's design that have been released at all, by name."""
    of_draw = select(Stratum).join(Draw, col(Draw.design_id) == col(Stratum.design_id)).where(Draw.id == draw_id, col(Stratum.released) > 0)
    return list(session.exec(of_draw.order_by(Stratum.name)))


def was_declined(session: Session, draw_id: int, stratum_id: int | None, found: Proposal) -> bool:
    """Whether the last word on this stratum was no, with the same number of valid samples as now."""
    of_stratum = select(TopUpProposal).where(TopUpProposal.draw_id == draw_id, TopUpProposal.stratum_id == stratum_id)
    last = session.exec(of_stratum.order_by(col(TopUpProposal.id).desc()).limit(1)).first()
    return last is not None and last.state == "declined" and last.valid == found.valid


def open_proposals(session: Session, draw_id: int | None = None) -> list[TopUpProposal]:
    """Proposals that wait for a word, oldest first."""
    wanted = select(TopUpProposal).where(TopUpProposal.state == "open")
    if draw_id is not None:
        wanted = wanted.where(TopUpProposal.draw_id == draw_id)
    return list(session.exec(wanted.order_by(col(TopUpProposal.id))))


def appointments_of(session: Session, operator_id: int, until: datetime) -> list[tuple[Appointment, Case]]:
    """An operator's open appointments up to a moment, soonest first."""
    own = (
        select(Appointment, Case)
        .join(Case, col(Case.id) == col(Appointment.case_id))
        .where(Appointment.operator_id == operator_id, Appointment.state == "open", col(Appointment.at) <= until)
    )
    return list(session.exec(own.order_by(col(Appointment.at))))


def open_appointment(session: Session, case_id: int) -> Appointment | None:
    """The open appointment of a case."""
    return session.exec(select(Appointment).where(Appointment.case_id == case_id, Appointment.state == "open")).first()


def _planned(document: Mapping[str, Any]) -> float:
    rates = document.get("rates") or {}
    planned = 1.0
    for name in ("response", "eligible", "valid"):
        planned *= float(rates.get(name, document.get(f"expected_{name}", 1.0)))
    return min(max(planned, 0.01), 1.0)
