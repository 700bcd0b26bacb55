"""Every example list gets its expected verdict in every row; the truth was decided when each row was made."""

import csv
import json
from pathlib import Path

import pytest

from callcenter.lists.refusals import ListRefused
from callcenter.lists.rows_table import lines
from callcenter.lists.verdicts import check

FOLDER = Path(__file__).parent / "lists"
TOTALS = {path.name.removesuffix(".totals.json"): json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.totals.json")}
JUDGED = sorted(name for name, totals in TOTALS.items() if not totals.get("refused"))
REFUSED = sorted(name for name, totals in TOTALS.items() if totals.get("refused"))


def data_of(name: str) -> bytes:
    [path] = [path for path in FOLDER.glob(f"{name}.*") if not path.name.endswith((".expected.csv", ".totals.json"))]
    return path.read_bytes()


def test_the_folder_holds_the_twelve_examples() -> None:
    assert (len(JUDGED), len(REFUSED)) == (10, 2)


@pytest.mark.parametrize("name", JUDGED)
def test_every_row_gets_its_expected_verdict(name: str) -> None:
    with (FOLDER / f"{name}.expected.csv").open(encoding="utf-8", newline="") as table:
        expected = list(csv.reader(table))
    assert list(lines(check(data_of(name)))) == expected


@pytest.mark.parametrize("name", JUDGED)
def test_totals_are_as_expected(name: str) -> None:
    assert check(data_of(name)).totals == TOTALS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        check(data_of(name))
    assert refusal.value.code == TOTALS[name]["why"]
    assert "重新上报" in str(refusal.value)
