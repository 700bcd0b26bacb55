"""Every cut adds up to the same cases, as of any moment; behind each number stand its cases."""

import json
from datetime import timedelta

import pytest

from callcenter.cli import main
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.response_rates import cuts
from callcenter.response_rates.actions import fold_counters, prove_counters, snapshot_rates
from callcenter.response_rates.cohorts import report
from callcenter.response_rates.cuts import Scope
from callcenter.response_rates.queries import (
    PopulationCounts,
    attempts_by,
    by_district,
    cases_behind,
    cases_by,
    over_time,
    study_counts,
    whole,
)
from tests.factories.field_work import make_worked_sample, top_up
from tests.factories.sampling import MOMENT


def test_cuts_agree_with_the_board_with_the_cases_behind_them_and_with_what_stood_earlier(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "1.1", "2.112", "3.13", "3.16", ""], "河西区": ["4.70", "3.20"]})
        top_up(session, made, "和平区", ["1.1", "3.13"])
        study = made.drawn.frame.study_id
        name = session.connection().exec_driver_sql("SELECT name FROM studies").scalar_one()
    scope = Scope(study)
    with transaction() as session:
        (board,) = study_counts(session, study)
        strata = whole(session, scope)
        every = cases_by(session, scope, *cuts.CASES, *cuts.FINAL)
        for cut, groups in every.items():
            assert sum(group.cohort.released for group in groups) == 10, cut
            assert sum(sum(group.weighted.values()) for group in groups) == pytest.approx(board.total.size), cut
            for group in groups:
                found, number = cases_behind(session, scope, "I", cut, group.key)
                assert number == len(found) == group.cohort.categories["I"], (cut, group.key)
        for group, stratum in zip(strata, board.strata, strict=True):
            shown = {**vars(stratum), "name": group.key, "size": 0, "target": 0}
            assert vars(group.cohort) == shown
        assert cuts.rates_of(strata, strata) == report(board.strata)
        for cut, groups in every.items():
            assert cuts.rates_of(groups, strata) == cuts.rates_of(strata, strata), cut
        assert [(group.key, group.cohort.valid) for group in every["kind"]] == [("main", 2), ("top_up", 1)]
        assert [group.cohort.released for group in cases_by(session, Scope(study, kind="top_up"), "district")["district"]] == [2]
        assert cases_behind(session, scope, "E+U")[1] == 9
        assert cases_behind(session, scope, "released", limit=3)[1] == 10

        (line,) = attempts_by(session, scope, "line")
        assert (line.dialled, line.answered, line.complete, line.refused) == (8, 6, 3, 1)
        assert [row.dialled for cut in cuts.ATTEMPTS for row in attempts_by(session, scope, cut)] == [8, 8, 8, 8]

        before = Scope(study, MOMENT - timedelta(seconds=1))
        assert whole(session, before) == []
        ringing = whole(session, Scope(study, MOMENT + timedelta(minutes=1)))
        assert sum(group.cohort.answered for group in ringing) == 6
        assert sum(group.cohort.reached for group in ringing) == 0  # no outcome was told yet
        for refused in ("; DROP TABLE cases", "operator"):
            with pytest.raises(InvalidInput):
                cases_by(session, scope, refused)
        with pytest.raises(InvalidInput):
            cases_behind(session, scope, "I+X")

    counters_hold(study, board)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    printed = []
    for options in ([], ["--by", "unit"], ["--by", "line"], ["--as-of", "2021-01-01"], ["--by", "district", "--sample", "main"]):
        assert main(["rates", "--study", name, *options]) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0][-1]["rates"] == printed[1][-1]["rates"] == cuts.rates_of(strata, strata)["rates"]
    assert printed[2][0]["rates"]["answered"] == 0.75
    assert printed[3] == [printed[3][0]] and printed[3][0]["rates"]["RR1"] is None
    assert [row["by"] for row in printed[4]] == ["和平区", "河西区", None]
    for options in (["--by", "nothing"], ["--as-of", "soon"], ["--sample", "both"]):
        assert main(["rates", "--study", name, *options]) == 2


def counters_hold(study: int, board: PopulationCounts) -> None:
    """Counters hold what the rows say, folded or not, and snapshots keep it."""
    with transaction() as session:
        assert prove_counters(session) == 0
        snapshot_rates(session)
        assert fold_counters(session) == 3
        assert prove_counters(session) == 0
        assert study_counts(session, study) == [board]
        (kept,) = over_time(session, study)
        assert (kept.cohort.categories, kept.cohort.valid) == (board.total.categories, board.total.valid)
        assert sum(cell.cohort.released for cell in by_district(session, study)) == 10
