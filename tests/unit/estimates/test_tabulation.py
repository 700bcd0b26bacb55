"""Figures of all domains at once are those computed one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.estimates import figures
from callcenter.estimates.figures import Figure
from callcenter.estimates.proportions import proportion
from callcenter.estimates.tabulation import EVERYBODY, Tabulation
from callcenter.estimates.variance import Sample


def same(one: Figure, other: Figure) -> None:
    assert one.n == other.n
    for name in ("estimate", "se", "low", "high"):
        expected = getattr(other, name)
        assert getattr(one, name) == (expected if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-7)), name
    if other.se is not None and other.se > 1e-6 and one.deff is not None:
        assert one.deff == pytest.approx(other.deff, rel=1e-4)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 30), st.booleans(), st.booleans())
def test_every_domain_of_a_table_is_what_one_figure_says(seed: int, size: int, clustered: bool, corrected: bool) -> None:
    r = np.random.default_rng(seed)
    strata, domains, codes, clusters = (r.integers(low, 4, size).astype(np.intp) for low in (0, -1, -1, 0))
    domains[domains == 3] = 0
    weights, values = r.choice([0.0, 1.0, 2.5, 7.0], size), r.normal(0, 50, size)
    rows = range(size)
    sizes = np.bincount(strata, minlength=5) + np.arange(5.0) if corrected else None
    sample = Sample.of(strata, weights, sizes, clusters if clustered else None)
    made = Tabulation(sample, domains, 3)
    shares, means = made.shares(codes, 4), made.means(2000 + values, codes >= 0)
    chosen = made.choices([codes == 1, codes >= 2], codes >= 0)
    for place in (0, 1, 2, EVERYBODY):
        rows_of = (domains == place) if place >= 0 else np.ones(len(rows), dtype=bool)
        present = rows_of & (codes >= 0)
        for level in range(4):
            same(shares.figure(place, level), proportion(sample, codes == level, present))
        same(chosen.figure(place, 1), proportion(sample, codes >= 2, present))
        same(means.figure(place), figures.mean(sample, 2000 + values, present))
