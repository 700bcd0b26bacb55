"""From stored cases and answers to weighted figures."""

import json

import pytest
from sqlalchemy import text

from callcenter.db.engine import transaction
from callcenter.estimates.queries import Released, kept, pool, released
from callcenter.estimates.results import question_table, results, weighting
from tests.factories.field_work import QUESTIONS, give, make_worked_sample, top_up
from tests.factories.sampling import make_second_population


def test_figures_of_a_population_with_its_denied_cases_as_zeros_of_the_domain(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(
            session, {"和平区": ["1.1"] * 6 + ["4.80", "3.13"], "河西区": ["1.1"] * 8}, sizes={"和平区": 16, "河西区": 80}
        )
        data = released(session, made.drawn.frame.population_id)
    assert data is not None
    weights = weighting(data.strata, data.cases)
    # 和平区: base 2; 7 known stand for 8 released
    assert weights.final[made.cases["和平区"][0]] == pytest.approx(16 / 7)
    assert weights.final[made.cases["河西区"][0]] == 10
    assert sum(weights.final.values()) == pytest.approx(96)
    found = {(row.question.name, row.level): row.figure for row in results(data.strata, data.cases, data.answers, data.questions)}
    assert [question.name for question in data.questions] == ["handled", "days", "ways", "wish"]
    # The denial answers this question and no other; it keeps its own weight.
    assert (found["handled", "yes"].estimate, found["handled", "yes"].n) == (pytest.approx(1 - 16 / 7 / 96), 15)
    assert found["ways", "online"].n == 14
    days = {case: case % 5 + 1 for case in made.cases["和平区"][:6] + made.cases["河西区"]}
    mean = sum(weights.final[case] * value for case, value in days.items()) / sum(weights.final[case] for case in days)
    assert found["days", None].estimate == pytest.approx(mean)
    assert found["days", None].se
    assert ("wish", None) not in found


def test_the_latest_version_of_an_answer_counts_and_a_nonanswer_is_missing(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 6})
        data = released(session, made.drawn.frame.population_id)
        assert data is not None
        interview = data.cases[0].interview_id
        assert interview is not None
        give(session, interview, "days", None, version=2, nonanswer="dont_know")
        data = released(session, made.drawn.frame.population_id)
    assert data is not None
    figure = next(row.figure for row in results(data.strata, data.cases, data.answers, data.questions) if row.question.name == "days")
    assert figure.n == 5
    assert len(QUESTIONS["survey"]) == 5


def test_what_was_read_is_kept_until_a_row_is_written_and_not_while_somebody_writes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "LARGE", 1)
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 6})
        population = made.drawn.frame.population_id

    def days() -> Released:
        with transaction() as session:
            found = released(session, population, ["days"])
            assert found is not None
            assert {answer.question for answer in found.answers} == {"days"}
            return found

    first = days()
    assert days() is first
    assert mean_of(first) == pytest.approx(mean_of(whole(population)))
    with transaction() as writing:
        interview = first.cases[0].interview_id
        assert interview is not None
        give(writing, interview, "days", 90, version=2)
        writing.flush()
        reading = days()  # somebody writes: nothing is kept of it
        assert mean_of(reading) == mean_of(first)
    assert mean_of(days()) == pytest.approx(mean_of(whole(population)))
    assert mean_of(days()) > mean_of(first)
    with transaction() as session:
        session.execute(text("UPDATE studies SET settings = CAST(:s AS jsonb)"), {"s": json.dumps({"estimates": {"small_base": 7}})})
    assert days().wishes.small_base == 7


def whole(population: int) -> Released:
    with transaction() as session:
        found = released(session, population)
        assert found is not None
        return found


def mean_of(data: Released) -> float:
    question = next(each for each in data.questions if each.name == "days")
    table = question_table(data.respondents, question)
    assert table is not None
    return float(table.figure().estimate or 0)


def test_a_population_that_was_not_drawn_has_nothing(database_url: str) -> None:
    with transaction() as session:
        assert released(session, 1) is None


def test_the_main_sample_alone_raked_weights_and_two_populations_together(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(
            session, {"和平区": ["1.1"] * 6 + ["3.13"] * 4, "河西区": ["1.1"] * 5}, sizes={"和平区": 40, "河西区": 20}
        )
        top_up(session, made, "河西区", ["1.1"] * 3)
        population = made.drawn.frame.population_id
        study = text("UPDATE studies SET settings = CAST(:s AS jsonb)")
        session.execute(study, {"s": json.dumps({"estimates": {"rake_by": ["district", "department"], "trim_at": 4}})})
        data = released(session, population)
        assert data is not None
        assert [each.name for each in data.weights.margins] == ["district", "department"]
        assert sum(data.weights.final.values()) == pytest.approx(60)
        alone = data.main_alone()
        assert [stratum.released for stratum in alone.strata] == [10, 5]
        assert (len(data.respondents.cases), len(alone.respondents.cases)) == (14, 11)
        assert sum(alone.weights.final.values()) == pytest.approx(60)
        assert pool(session, [population]) is None
        other = make_second_population(session, made.drawn.frame)
        assert pool(session, [population, other.population_id]) is None
