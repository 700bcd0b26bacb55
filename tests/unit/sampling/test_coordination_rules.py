"""Samples of several populations: independent, overlapping, apart."""

import pytest

from callcenter.errors import CallcenterError
from callcenter.sampling.coordination import Neighbour, place, planned_share, rotation_of, seed_used
from callcenter.sampling.draw import places

KEYS = [(f"U{number:04d}", "s") for number in range(200)]


def sample(seed: str, rotation: int = 0, size: int = 60) -> set[str]:
    return {unit.unit_key for unit in places(KEYS, seed, rotation)[:size]}


def test_seeds_differ_by_population_only_where_draws_are_independent() -> None:
    assert seed_used("abc", "independent", "2021/4-1") == "abc|2021/4-1"
    assert seed_used("abc", "positive", "2021/4-1") == seed_used("abc", "negative", "2021/4-1") == "abc"
    with pytest.raises(CallcenterError, match="协调"):
        seed_used("abc", "sideways", "p")


@pytest.mark.parametrize(
    ("shares", "rotation"),
    [([], 0), ([0.25], 1 << 62), ([0.25, 0.5], 3 << 62), ([0.5, 0.5], 0), ([0.75, 0.5], 1 << 62), ([0.1], (1 << 64) // 10)],
)
def test_an_order_starts_where_the_shares_before_it_end(shares: list[float], rotation: int) -> None:
    assert rotation_of(shares) == rotation


def test_positive_samples_are_one_and_negative_ones_hardly_meet() -> None:
    apart = [len(sample(f"{seed}") & sample(f"{seed}", rotation_of([0.4]))) for seed in range(40)]
    free = [len(sample(f"{seed}|a") & sample(f"{seed}|b")) for seed in range(40)]
    assert max(apart) < 8  # the share of .4 leaves room for the .3 that is drawn
    assert sum(free) / len(free) == pytest.approx(60 * 60 / 200, abs=2)
    assert sample("one") == sample("one")


def test_where_shares_pass_one_the_samples_overlap() -> None:
    assert len(sample("s") & sample("s", rotation_of([0.5, 0.5]))) == 60


def test_a_planned_share_holds_the_main_samples() -> None:
    assert planned_share(None, [(100, 30), (10, 4), (0, 0)]) == 0.4
    assert planned_share(None, [(3, 1)]) == 0.333334
    assert planned_share(0.6, [(100, 30)]) == 0.6
    with pytest.raises(CallcenterError) as refusal:
        planned_share(0.2, [(100, 30)])
    assert refusal.value.code == "share_too_small"


def test_only_negative_coordination_starts_elsewhere() -> None:
    before = [Neighbour("1-1", 0.5), Neighbour("2-1", None)]
    assert place("positive", 0.3, before, {}).rotation == place("independent", 0.3, before, {}).rotation == 0
    assert place("negative", 0.3, before, {"2-1": 0.25}).rotation == 3 << 62
    for stated, why in [({}, "earlier_share_unknown"), ({"2-1": 0.1, "9-9": 0.1}, "unknown_population")]:
        with pytest.raises(CallcenterError) as refusal:
            place("negative", 0.3, before, stated)
        assert refusal.value.code == why


def test_a_frozen_share_is_not_overruled_by_a_stated_one() -> None:
    assert place("negative", 0.3, [Neighbour("1-1", 0.5)], {"1-1": 0.25}).rotation == 1 << 63
