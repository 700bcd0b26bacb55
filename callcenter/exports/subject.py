"""Whose package it is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Subject:
    """Study, stage, population and draw."""

    study: str
    study_title: str
    salt: str
    stage: str
    population: str
    population_title: str
    draw_no: int
    certificate: dict[str, Any] | None
    design_id: int
    frame_number: int
    frame_sha256: str
    design_sha256: str

    @property
    def title(self) -> str:
        """Study and population in words."""
        return f"{self.study_title} {self.population} {self.population_title}"
