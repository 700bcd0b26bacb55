"""Early in the field most strata have no answer yet; figures are shown as far as they are defined."""

import numpy as np
import pytest

from callcenter.estimates.figures import mean, median, total
from callcenter.estimates.proportions import proportion
from callcenter.estimates.variance import Sample

SIZES = np.array([57.0, 60.0, 58.0])


@pytest.mark.parametrize("answered", [[], [0], [1], [0, 1], [0, 0]])
def test_strata_without_answers_stand_beside_the_others(answered: list[int]) -> None:
    strata = np.array(answered, dtype=np.intp)
    sample = Sample.of(strata, SIZES[strata], SIZES)
    values, everybody = np.arange(len(answered), dtype=np.float64), np.ones(len(answered), dtype=np.bool_)
    for figure in (mean(sample, values, everybody), total(sample, values, everybody), median(sample, values, everybody)):
        assert figure.n == len(answered)
    share = proportion(sample, values == 0, everybody)
    assert share.n == len(answered)
    if answered == [0, 0]:
        # two of 57: the variance of a mean under simple random sampling, (1 - n/N) s2 / n with s2 = 1/2
        found = mean(sample, values, everybody)
        assert found.se is not None
        assert found.se**2 == pytest.approx((1 - 2 / 57) * 0.5 / 2)
