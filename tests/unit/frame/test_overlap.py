"""Units in several populations are counted once a pair."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.frame.overlap import overlap


def test_pairs_come_with_their_shares_the_largest_first() -> None:
    found = overlap({(1,): 40, (1, 2): 10, (2, 3): 5, (3, 2, 1): 10})
    assert found.sizes == {1: 60, 2: 25, 3: 15}
    assert [(pair.first, pair.second, pair.common) for pair in found.pairs] == [(1, 2, 20), (2, 3, 15), (1, 3, 10)]
    assert found.pairs[0].share_of_second == 20 / 25
    assert (found.common(3, 1), found.common(2, 2), found.common(1, 9)) == (10, 25, 0)


@settings(max_examples=60)
@given(st.dictionaries(st.integers(1, 4), st.sets(st.integers(0, 12), min_size=1), max_size=4))
def test_the_matrix_is_what_sets_say(populations: dict[int, set[int]]) -> None:
    units = set().union(*populations.values())
    together = Counter(tuple(sorted(name for name, held in populations.items() if unit in held)) for unit in units)
    found = overlap(together)
    for first, held in populations.items():
        for second, others in populations.items():
            assert found.common(first, second) == len(held & others)
