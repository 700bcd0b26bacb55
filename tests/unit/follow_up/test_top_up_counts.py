"""How many reserves are proposed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.follow_up.top_up import CaseState, mean_count, propose, safe_count, step_settled, yield_model


def cases(**counts: int) -> list[CaseState]:
    """cases(valid1=10, open3=2): ten ended valid after one attempt, two open after three."""
    listed = []
    for name, count in counts.items():
        state, attempts = name[:-1], int(name[-1])
        listed += [CaseState(attempts, state)] * count  # type: ignore[list-item]
    return listed


def test_nothing_tried_yet_believes_the_plan() -> None:
    assert yield_model([], [], planned=0.3).fresh == pytest.approx(0.3)


def test_a_finished_study_gives_its_share() -> None:
    done = cases(valid1=300, other1=200, valid2=100, other3=400)
    assert yield_model(done, done, planned=0.2).fresh == pytest.approx(0.4, abs=0.02)


def test_early_finished_cases_are_the_easy_ones() -> None:
    """Forty of the first fifty final cases are valid, but fifty more are open after several attempts: not 80 %."""
    going_on = cases(valid1=40, other1=10, open3=50)
    assert yield_model(going_on, going_on, planned=0.5).fresh < 0.7


def test_open_cases_promise_less_the_longer_they_are_tried() -> None:
    done = cases(valid1=100, valid2=50, other2=50, valid3=20, other6=80)
    model = yield_model(done, done, planned=0.4)
    assert model.still(0) > model.still(3) > model.still(5) > 0
    assert model.still(6) == 0


def test_a_small_stratum_is_shrunk_to_the_study() -> None:
    study = cases(valid1=400, other1=600)
    lucky = cases(valid1=2)
    assert 0.4 < yield_model(lucky, study, planned=0.4).fresh < 0.6


def test_a_proposal_has_both_numbers() -> None:
    stratum = cases(valid1=10, other1=10)
    proposal = propose(stratum, cases(valid1=500, other1=500), target=20, reserves=100, planned=0.5)
    assert proposal is not None
    assert proposal.yield_rate == pytest.approx(0.5, abs=0.02)
    assert proposal.mean_count in (20, 21)
    assert proposal.safe_count > proposal.mean_count
    assert proposal.enough
    assert not propose(stratum, stratum, target=20, reserves=5, planned=0.5).enough  # type: ignore[union-attr]


def test_no_proposal_where_open_cases_will_do() -> None:
    study = cases(valid1=500, other1=500)
    assert propose(cases(valid1=10, open0=40), study, target=20, reserves=100, planned=0.5) is None
    assert propose(cases(valid1=20), study, target=20, reserves=100, planned=0.5) is None


def test_the_safe_number_is_the_least_that_reaches_the_chance() -> None:
    """Against the Beta-Binomial summed by hand: yield .5 with evidence 10 is Beta(5, 5)."""

    def reached(m: int, need: int) -> float:
        def beta(a: float, b: float) -> float:
            return math.gamma(a) * math.gamma(b) / math.gamma(a + b)

        return sum(math.comb(m, x) * beta(x + 5, m - x + 5) / beta(5, 5) for x in range(need, m + 1))

    model = yield_model([], [], planned=0.5)
    safe = safe_count(model, [], 10)
    assert reached(safe, 10) >= 0.9 > reached(safe - 1, 10)


@given(st.integers(1, 60), st.floats(0.05, 0.95), st.floats(0.5, 0.95))
def test_the_safe_number_is_never_below_the_need_and_grows_with_it(need: int, planned: float, chance: float) -> None:
    model = yield_model([], [], planned=planned)
    safe = safe_count(model, [], need, chance)
    assert need <= safe <= safe_count(model, [], need + 1, chance)


def test_the_mean_rule_rounds_up() -> None:
    assert mean_count(10, 0.3) == 34
    assert mean_count(9, 0.3) == 30


@pytest.mark.parametrize(
    ("last", "settled"),
    [
        (cases(valid1=8, other2=2), True),
        (cases(valid1=8, open3=2), True),  # all tried three times, 80 % final
        (cases(valid1=8, open2=2), False),  # two were tried twice only
        (cases(valid1=7, open3=3), False),  # 70 % final
        ([], False),
    ],
)
def test_a_next_step_waits_for_the_last(last: list[CaseState], settled: bool) -> None:
    assert step_settled(last) is settled


def test_absurd_settings_are_refused() -> None:
    with pytest.raises(InvalidInput):
        yield_model([], [], planned=0)
    with pytest.raises(InvalidInput):
        propose([], [], target=1, reserves=1, planned=0.5, chance=1)
