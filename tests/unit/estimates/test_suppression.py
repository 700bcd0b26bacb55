"""What is not shown outside the house cannot be worked out from what is shown."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from callcenter.estimates.figures import Figure
from callcenter.estimates.results import as_share
from callcenter.estimates.suppression import hidden, hidden_of_pool, shown_units, tells_few

NAMES = "甲乙丙丁"
BASES = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 12), min_size=1)


@given(BASES, st.integers(1, 6))
def test_the_whole_without_the_parts_that_are_shown_has_enough_answers_or_none(bases: dict[str, int], fewest: int) -> None:
    out = hidden(bases, fewest)
    rest = sum(bases[name] for name in out)
    assert all(bases[name] >= fewest or not bases[name] for name in bases.keys() - out)
    assert rest == 0 or rest >= fewest or rest == sum(bases.values())


def test_two_districts_with_two_answers_each_take_a_third_with_them() -> None:
    assert hidden({"甲": 2, "乙": 2, "丙": 9, "丁": 7}, 5) == {"甲", "乙", "丁"}
    assert hidden({"甲": 3, "乙": 3, "丙": 9}, 5) == {"甲", "乙"}


@given(st.dictionaries(st.tuples(st.sampled_from((1, 2, 3)), st.sampled_from(NAMES)), st.integers(0, 9), min_size=1))
def test_a_pool_less_its_populations_tells_of_no_district_that_one_of_them_hides(bases: dict[tuple[int, str], int]) -> None:
    out = hidden_of_pool(bases, 5)
    parts = {number: {name: n for (of, name), n in bases.items() if of == number} for number in (1, 2, 3)}
    if out is None:
        assert any(0 < sum(part.values()) < 5 for part in parts.values())
        return
    for number in (1, 2, 3):
        assert hidden(parts[number], 5) <= out
    # Item, topic and stage hold each other: whatever is taken from whatever, single populations have enough answers.
    for some in (each for size in (1, 2, 3) for each in combinations((1, 2, 3), size)):
        left = {name: sum(parts[number].get(name, 0) for number in some) for name in NAMES}
        assert all(n == 0 or n >= 5 for name, n in left.items() if name not in out)


def test_the_main_sample_beside_all_of_it_tells_of_the_top_ups() -> None:
    assert [tells_few(98, main, 5) for main in (98, 96, 93, 90, 4)] == [False, True, False, False, True]


def test_one_unit_with_few_answers_is_not_told_by_the_whole_list() -> None:
    assert shown_units({None: 23, "市税务局": 3, "和平区": 20}, 5) == [None]
    assert shown_units({None: 23, "和平区": 23}, 5) == [None, "和平区"]
    assert shown_units({None: 4, "和平区": 4}, 5) == []


def test_shares_of_matters_have_intervals_between_none_and_all() -> None:
    assert as_share(Figure(0.8, 0.2, -0.1, 1.7, 1.0, 4)) == Figure(0.8, 0.2, 0.0, 1.0, 1.0, 4)
    assert as_share(Figure(0.8, 0.2, None, None, None, 1)).low is None
