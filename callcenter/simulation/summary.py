"""What a played field period came to."""

from dataclasses import dataclass, field
from typing import Any

from callcenter.simulation.truth import Comparison


@dataclass
class Summary:
    """Counts, the board by stratum as the package has it, and estimates beside the truth."""

    enterprises: int = 0
    drawn: int = 0
    released: int = 0
    topped_up: dict[str, int] = field(default_factory=dict)
    """By stratum, how many reserves the supervisor released."""
    calls: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    strata: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the package's strata_and_weights.csv."""
    targets: dict[str, int] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    """Requests of operators that the server refused, and how often: none in a sound period."""

    @property
    def valid(self) -> int:
        """Valid completes."""
        return sum(int(row["valid"]) for row in self.strata)
