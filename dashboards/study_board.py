"""The study board: one query, shown as tables and charts, in each language once for all viewers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.operations.liveness import silent_for
from callcenter.operations.queries import latest_start
from callcenter.response_rates.cohorts import named_rates
from callcenter.response_rates.queries import PopulationCounts, study_counts, titles
from callcenter.web import rendering, translations
from callcenter.web.assets import plotly_map_style
from dashboards import figures

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Board:
    """What is shown of a study, and when it was counted (field time)."""

    study_id: int
    title: str
    at: datetime
    populations: list[PopulationCounts]
    scheduler_silent: timedelta | None = None
    """For how long the scheduler has done nothing, where that is too long."""


def count(study_id: int) -> Board:
    """Count a study now."""
    now = clock.now()
    with transaction() as session:
        return Board(
            study_id, titles(session).get(study_id, ""), now, study_counts(session, study_id), silent_for(latest_start(session), now)
        )


def shown(board: Board, language: str) -> dict[str, Any]:
    """The board's changing part: HTML, and its charts by name."""
    translations.speak(language)
    charts: dict[str, Any] = {}
    for population in board.populations:
        charts[f"targets-{population.population_id}"] = figures.targets(population.strata)
        charts[f"outcomes-{population.population_id}"] = figures.outcomes(population.strata)
    return {"html": environment().get_template("board_numbers.html").render(board=board), "charts": charts}


def as_json(board: Board) -> dict[str, Any]:
    """The numbers themselves, as `callcenter rates --study` has them."""
    return {
        "study": board.title,
        "at": board.at.isoformat(),
        "populations": [
            {
                "population": population.code,
                "strata": [_row(stratum) for stratum in population.strata],
                "total": _row(population.total),
            }
            for population in board.populations
        ],
    }


def _row(cohort: Any) -> dict[str, Any]:
    rates = {rate.name: rate.value for rate in named_rates(cohort)}
    return {**vars(cohort), "complete": cohort.complete, "rates": rates}


@cache
def environment() -> Environment:
    """The pages' templates with the boards' own in front."""
    made = rendering.environment().overlay(loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), _pages_loader()]))
    made.globals |= {"named_rates": named_rates, "findings": figures, "plotly_map_style": plotly_map_style}
    return made


def _pages_loader() -> FileSystemLoader:
    return FileSystemLoader(rendering.HERE / "templates")
