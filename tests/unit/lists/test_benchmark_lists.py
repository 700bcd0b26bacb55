"""The lists that the benchmark makes are lists as departments send them."""

from pathlib import Path

from callcenter.lists.verdicts import check
from scripts.intake_benchmarks import make


def test_a_made_list_is_judged_whole_and_most_of_it_accepted(tmp_path: Path) -> None:
    totals = check(make(2000, tmp_path / "list.xlsx").read_bytes()).totals
    assert (totals["rows"], totals["duplicate"]) == (2000, 0)
    assert totals["accepted"] > 1900
    assert {"phone_masked", "phone_invalid", "uscc_missing", "uscc_invalid", "district_missing", "contact_missing"} <= set(
        totals["reasons"]
    )
