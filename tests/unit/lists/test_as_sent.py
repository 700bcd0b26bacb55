"""A cell that could not be read is shown as it was sent, telephones masked."""

import pytest

from callcenter.lists.as_sent import as_sent, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1380013800", "138***3800"),
        ("138****0002", "138****0002"),
        ("12345", "12345"),
        ("2453209", "***3209"),
        ("同上", "同上"),
        ("1380013800、138-0013-80", "138***3800、*****1380"),
    ],
)
def test_an_undialable_number_shows_what_is_wrong_and_not_all_its_digits(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_cells_are_found_under_any_of_their_names() -> None:
    sent = as_sent({"信用代码": "9112", "手机": "12345", "手机 7": "无", "所属区": "朝阳区", "备注": "1"})
    assert sent == {"phone": "12345 / 无", "uscc": "9112", "district": "朝阳区"}
