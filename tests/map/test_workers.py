"""Tests that share a house are handed to one worker."""

from pathlib import Path

from tests.workers import SHARING, OneHouse, scheduler


def test_what_shares_stays_together_and_all_others_go_one_by_one() -> None:
    assert all(Path(place).exists() for place in SHARING)
    scope = OneHouse.__new__(OneHouse)._split_scope
    assert scope("tests/browser/test_a.py::test_b") == scope("tests/browser/test_c.py::test_d[@]") == "tests/browser/"
    assert scope("tests/unit/web/test_a.py::test_b[1]") != scope("tests/unit/web/test_a.py::test_b[2]")
    assert scheduler("load", None, None) is None
