"""What a report says of answers in words and what they were coded into."""

from typing import Any

from callcenter.exports.report import sections
from callcenter.exports.report.page import Page

SHARE = {"question": "wish_coded", "label": "有何建议？（编码）", "statistic": "prop", "few": None}
TOLD = {"estimate": 0.25, "se": 0.05, "low": 0.16, "high": 0.37, "deff": 1.0, "n": 57, "cut": False}


def written(asked: dict[str, Any]) -> tuple[str, str]:
    """The paragraphs, and the cells of the last row of the table."""
    page = Page()
    sections.open_answers(page, {"populations": [{"code": "4-1", "open": [{"question": "wish", "label": "有何建议？", "n": 57, **asked}]}]})
    row = page.document.tables[0].rows[-1]
    return "\n".join(each.text for each in page.document.paragraphs), "|".join(cell.text for cell in row.cells)


def test_shares_stand_there_once_all_are_coded_and_before_only_how_many() -> None:
    shares = [{**SHARE, **TOLD, "level": "1", "level_label": "材料"}, {**SHARE, **TOLD, "level": "0", "level_label": "没有合适的类别"}]
    said, row = written({"answers": 57, "coded": 57, "shares": shares})
    assert "有何建议？（编码）：材料 25.0%，95% 区间 16.0%–37.0%，n=57" in said
    assert row == "4-1|有何建议？|57|有效样本的 57 个全部编码"
    said, row = written({"answers": 57, "coded": 12, "shares": []})
    assert "%" not in said
    assert row.endswith("有效样本的 57 个里编码了 12 个，还没有比例")
    assert written({})[1].endswith("|–"), "a state frozen before, or a question without categories"
