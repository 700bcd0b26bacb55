"""Rows as departments report them, for tests of the merge."""

from typing import Any

from callcenter.frame.duplicates import ReportedRow


def reported(number: int, **changes: Any) -> ReportedRow:
    """An enterprise of its own on a list of its own department; `changes` make it another's."""
    values: dict[str, Any] = {
        "id": number,
        "department": "市市场监管委",
        "group": (1, number),
        "name": f"企业{number}",
        "uscc": f"CODE{number}",
        "district": "东丽区",
        "sub_area": "",
        "contact": "王某",
        "phones": [{"number": f"+86138000{number:05d}", "extension": ""}],
        "matter": "申领",
        "happened_on": "2022-01-05",
    }
    return ReportedRow(**(values | changes))
