"""Board numbers by stratum, counted from the rows."""

from callcenter.db.engine import transaction
from callcenter.response_rates.cohorts import named_rates, report
from callcenter.response_rates.queries import study_counts
from tests.factories.field_work import make_worked_sample, top_up


def test_a_stratum_counts_released_called_reached_complete_and_valid(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "1.1", "2.112", "3.13", "3.16", ""], "河西区": ["4.70", "3.20"]})
        top_up(session, made, "和平区", ["1.1", "3.13"])
        study = made.drawn.frame.study_id
    with transaction() as session:
        (population,) = study_counts(session, study)
    first, second = population.strata
    assert (first.name, first.size, first.target) == ("和平区", 18, 2)
    assert (first.released, first.top_up, first.called, first.reached) == (8, 2, 6, 4)
    assert (first.complete, first.valid, first.valid_main, first.open) == (3, 3, 2, 1)
    assert first.categories == {"I": 3, "P": 0, "R": 1, "NC": 0, "O": 0, "UH": 4, "UO": 0, "NE": 0}
    assert (second.released, second.reached, second.valid) == (2, 2, 0)
    assert population.total.released == 10


def test_a_corrected_disposition_and_an_overturned_verdict_count_as_the_latest_says(database_url: str) -> None:
    from sqlalchemy import text

    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "1.1"]})
        case = made.cases["和平区"][0]
        session.execute(
            text(
                "INSERT INTO validity_verdicts (interview_id, case_id, at, valid, reasons, flags) "
                "SELECT interview_id, case_id, at, false, '{failed_recheck}', '{}' FROM validity_verdicts WHERE case_id = :c"
            ),
            {"c": case},
        )
        (population,) = study_counts(session, made.drawn.frame.study_id)
    assert (population.total.complete, population.total.valid) == (2, 1)


def test_a_stratum_without_any_release_has_no_rate(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"], "河西区": []}, sizes={"和平区": 5, "河西区": 4})
        (population,) = study_counts(session, made.drawn.frame.study_id)
    empty = population.strata[1]
    assert (empty.size, empty.released, empty.base_weight) == (4, 0, None)
    assert all(rate.value is None for rate in named_rates(empty))
    assert report(population.strata)["weighted"]["counts"]["I"] == 5


def test_a_study_without_a_draw_has_no_board_rows(database_url: str) -> None:
    with transaction() as session:
        assert study_counts(session, 1) == []
