"""What the draw promises of chances, held against 2,000 seeds; the seeds are fixed, so that the outcome is too."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from callcenter.sampling.base_weights import base_weights
from callcenter.sampling.draw import arrange, seed_of
from callcenter.sampling.release_bias import Scene, simulate
from callcenter.sampling.releases import Pointer, next_step

SEEDS = 2000
SIZES, RELEASED = np.array([24, 15]), np.array([7, 6])
STRATA = np.repeat([0, 1], SIZES)
KEYS = [f"9112{number:014d}" for number in range(39)]
FITS = (0.0005, 0.9995)


@pytest.fixture(scope="module")
def included() -> NDArray[np.int64]:
    """One row a seed: which units are released, main sample and a top-up of fixed size together."""
    for size, released in zip(SIZES, RELEASED, strict=True):
        first = next_step(Pointer("s", int(size), 4, 0), 4, "main")
        then = next_step(Pointer("s", int(size), 4, 4), int(released) - 4, "top_up")
        assert [*first, *then] == list(range(1, released + 1))
    rows = np.zeros((SEEDS, len(KEYS)), dtype=np.int64)
    for number in range(SEEDS):
        rows[number, arrange(KEYS, STRATA, seed_of("secret", str(number))).released(RELEASED)] = 1
    return rows


def fits(statistic: float, freedom: int) -> bool:
    """Neither too far from what is expected nor suspiciously near."""
    return bool(FITS[0] < stats.chi2.sf(statistic, freedom) < FITS[1])


@pytest.mark.parametrize("stratum", [0, 1])
def test_every_unit_is_released_with_released_over_n(included: NDArray[np.int64], stratum: int) -> None:
    size, p = SIZES[stratum], RELEASED[stratum] / SIZES[stratum]
    counts = included[:, stratum == STRATA].sum(axis=0)
    # Units of one draw exclude each other a little: Pearson's sum is scaled by (N - 1) / N.
    assert fits((size - 1) / size * ((counts - SEEDS * p) ** 2).sum() / (SEEDS * p * (1 - p)), size - 1)


@pytest.mark.parametrize("stratum", [0, 1])
def test_every_pair_is_released_as_simple_random_sampling_says(included: NDArray[np.int64], stratum: int) -> None:
    """Counts of pairs, less what first-order counts explain: a sum with N(N-3)/2 degrees of freedom.

    The covariance of pair counts depends only on how many units two pairs share; its eigenvalue on the part that first-order counts do
    not reach is v - 2·c1 + c0 (the Johnson scheme J(N, 2)).
    """
    n, r = int(SIZES[stratum]), int(RELEASED[stratum])
    rows = included[:, stratum == STRATA]
    counts = (rows.T @ rows).astype(float)
    pairs = list(combinations(range(n), 2))
    chance = [float(np.prod([(r - i) / (n - i) for i in range(k)])) for k in range(5)]
    excess = np.array([counts[i, j] for i, j in pairs]) - SEEDS * chance[2]
    of_unit = np.zeros(n)
    for (i, j), value in zip(pairs, excess, strict=True):
        of_unit[[i, j]] += value
    rest = excess - np.array([of_unit[i] + of_unit[j] for i, j in pairs]) / (n - 2)
    eigenvalue = chance[2] - 2 * chance[3] + chance[4]
    assert fits(float((rest**2).sum()) / (SEEDS * eigenvalue), n * (n - 3) // 2)


def test_strata_are_drawn_independently_of_each_other(included: NDArray[np.int64]) -> None:
    one, other = (included[:, stratum == STRATA] - RELEASED[stratum] / SIZES[stratum] for stratum in (0, 1))
    spread = [p * (1 - p) * n / (n - 1) for n, p in zip(SIZES, RELEASED / SIZES, strict=True)]
    assert fits(float(((one.T @ other) ** 2).sum()) / (SEEDS * spread[0] * spread[1]), int(np.prod(SIZES - 1)))


def test_the_estimated_total_is_unbiased_and_varies_as_theory_says(included: NDArray[np.int64]) -> None:
    values = np.array([number * number % 37 + 20 * (number > 23) for number in range(len(KEYS))], dtype=float)
    weights = base_weights({str(h): (int(SIZES[h]), int(RELEASED[h])) for h in (0, 1)})
    totals = included @ (values * np.array([weights[str(h)] for h in STRATA]))
    parts = [values[h == STRATA] for h in (0, 1)]
    variance = sum(n**2 * (1 - r / n) * part.var(ddof=1) / r for n, r, part in zip(SIZES, RELEASED, parts, strict=True))
    assert abs(totals.mean() - values.sum()) < 3.3 * (variance / SEEDS) ** 0.5
    assert totals.var(ddof=1) / variance == pytest.approx(1, abs=4 * (2 / SEEDS) ** 0.5)


def test_the_bias_of_releases_that_follow_outcomes_is_told() -> None:
    """Stopping at the target makes totals too high, as inverse sampling does; the share among answers hardly moves."""
    found = {(one.rule, one.quantity): one for one in simulate(Scene(units=200, target=30, main=60, step=5), SEEDS)}
    assert abs(found["fixed", "answers"].bias) < found["fixed", "answers"].noise
    assert found["follows", "answers"].bias > 2 * found["follows", "answers"].noise
    assert 0.05 < found["follows", "answers"].bias_in_errors < 1
    for rule in ("fixed", "follows"):
        assert abs(found[rule, "share of yes"].bias_in_errors) < 0.1
