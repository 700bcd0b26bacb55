"""Who gives way when somebody would be contacted too often."""

import random

from hypothesis import given
from hypothesis import strategies as st

from callcenter.frame.burden import Contact, Stopped, stopped


def contact(case: int, unit: str = "", numbers: tuple[str, ...] = (), place: int = 1, prn: str = "0", *, begun: bool = False) -> Contact:
    return Contact(case, unit or f"U{case}", numbers or (f"n{case}",), (1, place, 1), prn, begun)


def test_the_population_declared_first_is_called() -> None:
    assert stopped([contact(1, "E", place=2), contact(2, "E", place=1)], 1) == [Stopped(1, "enterprise")]
    assert stopped([contact(1, "E", place=2), contact(2, "E", place=1)], 2) == []


def test_within_a_population_the_smaller_number_is_called() -> None:
    shared = ("agent",)
    assert stopped([contact(1, numbers=shared, prn="b"), contact(2, numbers=shared, prn="a")], 1) == [Stopped(1, "telephone")]


def test_what_has_begun_cannot_be_undone() -> None:
    assert stopped([contact(1, "E", place=2, begun=True), contact(2, "E", place=1)], 1) == [Stopped(2, "enterprise")]
    assert stopped([contact(1, "E", begun=True), contact(2, "E", begun=True)], 1) == []


def test_a_second_number_keeps_a_case_alive() -> None:
    assert stopped([contact(1, numbers=("agent",), prn="a"), contact(2, numbers=("agent", "own"), prn="b")], 1) == []


def test_a_case_without_numbers_is_stopped_by_its_enterprise_only() -> None:
    one = Contact(1, "E", (), (1, 1, 1), "a")
    assert stopped([one, Contact(2, "F", (), (1, 1, 1), "b")], 1) == []


contacts = st.builds(
    Contact,
    st.integers(1, 10**6),
    st.sampled_from("EFGH"),
    st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=3, unique=True).map(tuple),
    st.tuples(st.integers(1, 2), st.integers(1, 3)),
    st.text("0123456789abcdef", min_size=2, max_size=2),
)


@given(st.lists(contacts, max_size=12, unique_by=lambda one: one.case), st.integers(1, 3), st.randoms())
def test_nobody_is_contacted_too_often_whatever_the_order_of_the_rows(listed: list[Contact], most: int, shuffler: random.Random) -> None:
    found = stopped(listed, most)
    shuffled = listed.copy()
    shuffler.shuffle(shuffled)
    assert stopped(shuffled, most) == found
    gone = {one.case for one in found}
    kept = [one for one in listed if one.case not in gone]
    assert all(sum(one.unit_key == unit for one in kept) <= most for unit in "EFGH")
    assert stopped(kept, most) == []
