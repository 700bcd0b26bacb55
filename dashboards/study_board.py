"""The study board: one query, shown as tables and charts, in each language once for all viewers."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.follow_up.queries import kept_forecast
from callcenter.operations.liveness import silent_for
from callcenter.operations.queries import latest_start
from callcenter.response_rates.cohorts import named_rates
from callcenter.response_rates.queries import boards, study_counts, titles
from callcenter.studies.phases import field_day
from callcenter.web import rendering, translations
from callcenter.web.assets import plotly_map_style
from dashboards import figures, progress
from dashboards.progress import Board, Outlook
from dashboards.view import is_number, sort_key
from dashboards.view import shown as shown_cell

HERE = Path(__file__).parent


def count(study_id: int) -> Board:
    """Count a study now."""
    now = clock.now()
    with transaction() as session:
        kept, populations = kept_forecast(session, study_id), study_counts(session, study_id)
        return Board(
            study_id,
            titles(session).get(study_id, ""),
            now,
            populations,
            silent_for(latest_start(session), now),
            Outlook(kept.at, kept.why_not, kept.outlook) if kept else None,
            boards.stopped(session, study_id),
            boards.lines_out_of_use(session, study_id, now) if any(one.total.open for one in populations) else None,
            boards.closed_populations(session, study_id, field_day(now)),
        )


def shown(board: Board, language: str) -> dict[str, Any]:
    """The board's changing part: HTML, and its charts by name."""
    translations.speak(language)
    charts: dict[str, Any] = {}
    for population in board.populations:
        charts[f"targets-{population.population_id}"] = figures.targets(population.strata)
        charts[f"outcomes-{population.population_id}"] = figures.outcomes(population.strata)
    if board.forecast is not None and not board.forecast.why_not:
        charts["forecast"] = figures.forecast(board.forecast.found)
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
    made.globals |= {
        "findings": figures,
        "tables": progress,
        "is_number": is_number,
        "sort_key": sort_key,
        "shown_cell": shown_cell,
        "plotly_map_style": plotly_map_style,
    }
    return made


def _pages_loader() -> FileSystemLoader:
    return FileSystemLoader(rendering.HERE / "templates")
