"""The chances are those of scipy's distributions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from callcenter.follow_up.distributions import at_least, beta_binomial, binomial

COUNTS = st.integers(0, 300)
SHAPES = st.floats(0.01, 500)


@given(COUNTS, st.floats(1e-6, 1) | st.just(0.0))
def test_binomial_chances_are_scipys(count: int, rate: float) -> None:
    expected = stats.binom.pmf(np.arange(count + 1), count, rate)
    assert np.allclose(binomial(count, rate), expected, rtol=1e-9, atol=1e-12)


@given(COUNTS, SHAPES, SHAPES)
def test_beta_binomial_tails_are_scipys(count: int, a: float, b: float) -> None:
    wanted = np.arange(-2, count + 3)
    expected = stats.betabinom.sf(wanted - 1, count, a, b)
    assert np.allclose(at_least(beta_binomial(count, a, b), wanted), expected, rtol=1e-7, atol=1e-9)
