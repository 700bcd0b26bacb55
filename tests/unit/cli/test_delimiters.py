"""Which mark parts the cells of people's own files."""

import csv
import io
from pathlib import Path

import pytest

from callcenter.cli import csv_input
from callcenter.errors import InvalidInput

HEAD, ROW = ["权,数", "用时;天", "区\n县", "y"], ["1", "2,5", "a;b,c,d", "3\t4"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_marks_inside_quotes_part_nothing(tmp_path: Path, mark: str) -> None:
    laid = io.StringIO()
    csv.writer(laid, delimiter=mark).writerows([HEAD, ROW, ROW])
    file = tmp_path / "in.csv"
    file.write_text(laid.getvalue(), encoding="utf-8", newline="")
    header, rows, _lacking = csv_input.read(file)
    assert (header, [list(row.values()) for _, row in rows]) == (HEAD, [ROW, ROW])


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a;b;c,y\n1,2\n", ["a;b;c", "y"]),
        ("a,1;y\n5;2\n", ["a,1", "y"]),
        ("a,1\ty\tw\n5\t2\t3\n6\t2\t3\n", ["a,1", "y", "w"]),
        ("a，b\n1，2\n", ["a", "b"]),
        ("a;b\n1,5;2,5\n", ["a", "b"]),
        ('a,"b\n', ["a", "b"]),
        ("", []),
    ],
)
def test_the_mark_is_the_one_that_parts_header_and_rows_alike(tmp_path: Path, text: str, header: list[str]) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text, encoding="utf-8")
    assert csv_input.read(file)[0] == header


def test_a_row_of_another_length_is_told_under_the_mark_of_the_header(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    for text in ("a,b\n1\n1,2,3\n", "y\n1,5\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match="格，表头只有"):
            csv_input.read(file)
