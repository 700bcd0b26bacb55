"""The study that ships, loaded into a test's database."""

from datetime import date
from pathlib import Path

from sqlmodel import Session

from callcenter.questionnaire import actions as questionnaires
from callcenter.studies import actions, queries
from callcenter.studies.tables import Population, Study

FOLDER = Path(__file__).resolve().parents[2] / "questionnaires" / "tianjin-2022"


def make_study(session: Session, *, trial_from: date | None = None) -> Study:
    """The shipped study with its questionnaires released; about a second."""
    study = actions.load(session, FOLDER, trial_from=trial_from)
    assert study.id is not None
    questionnaires.load(session, study.id, FOLDER)
    return study


def demo_population(session: Session, study: Study, code: str = "4-1", stage: str = "2021") -> Population:
    """The population of the demo: enterprises that took up an electronic seal."""
    assert study.id is not None
    found = next(each for each in queries.stages(session, study.id) if each.name == stage)
    assert found.id is not None
    return queries.population_by_code(session, found.id, code)
