"""What a study folder says, once read: plain values for the actions to save."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from callcenter.studies.phases import PhaseSpan


@dataclass(frozen=True)
class TopicContent:
    """A group of checklist items."""

    number: int
    title: str
    hotline: str


@dataclass(frozen=True)
class PopulationContent:
    """One list population of an item."""

    code: str
    position: int
    title: str
    respondents: str
    period_start: str | None
    period_end: str | None
    questionnaire: str | None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemContent:
    """One promise of the checklist with its populations."""

    number: int
    topic_number: int
    title: str
    lead_departments: list[str]
    responsible_units: list[str]
    needs_list: bool
    needs_work_orders: bool
    evidence_kinds: list[str]
    populations: list[PopulationContent]


@dataclass(frozen=True)
class StandardContent:
    """A declared standard with its source; `stage` is the name of the stage of whose checklist it is."""

    document: str
    year: int
    area: str
    item_number: int | None
    topic_number: int | None
    subject: str
    measure: str
    operator: str
    value: str
    unit: str
    condition: str
    stage: str | None = None


@dataclass(frozen=True)
class StageContent:
    """A round of the evaluation: its phases and its checklist, which may still be to come."""

    name: str
    title: str
    period_start: date | None
    period_end: date | None
    phases: list[PhaseSpan]
    items: list[ItemContent]


@dataclass(frozen=True)
class StudyContent:
    """A whole study folder, less its questionnaires, which the room `questionnaire` reads."""

    name: str
    title: str
    settings: dict[str, Any]
    topics: list[TopicContent]
    stages: list[StageContent]
    standards: list[StandardContent]
