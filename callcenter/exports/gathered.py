"""What a package is made of, once it was read: the data set on disk and what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callcenter.estimates.codes import Progress
from callcenter.estimates.settings import SMALL_BASE
from callcenter.estimates.weights import Stratum, Weighting
from callcenter.exports.dataset import Dataset
from callcenter.exports.subject import Subject
from callcenter.response_rates.cohorts import Cohort


@dataclass(frozen=True)
class Gathered:
    """A population's data as they stood at one moment."""

    subject: Subject
    data: Dataset
    strata: list[Stratum]
    weights: Weighting
    cohorts: list[Cohort]
    capped: dict[str, int]
    as_of: datetime | None
    """When the last thing happened that is in the data."""
    questionnaires: list[dict[str, Any]]
    """Versions that were read, the newest first."""
    state: str
    """A fingerprint of the rows that it was made from."""
    denying: Mapping[str, str]
    """The screening questions by which the matter is denied, each with the answer that denies it."""
    small_base: int = SMALL_BASE
    """Fewest answers behind a figure of a district that is shown."""
    coding: Mapping[str, Progress] = field(default_factory=dict)
    """How far the answers in words are coded, by question, where there is a code frame."""
    for_auditor: bool = False
    design: dict[str, Any] | None = None
    """The frozen design, for auditors: its hash was handed out before the draw."""
    identities: dict[str, Any] | None = None
    """Who asked for identities, when and why, where they are there."""
    stage: dict[str, Any] | None = None
    """How its stage stands, for detail table and report."""
    detached: datetime | None = None
    """Since when answers and identities are apart."""
