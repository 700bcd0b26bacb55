"""The boards of a study beside its first one: each counts once for all who look, and shows tables with charts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.web.translations import noted
from dashboards.boards import lines, operators, over_time, quality, recalls, strata
from dashboards.view import View


@dataclass(frozen=True)
class Kind:
    """A board: its label, how it is counted (study, now), and how what was counted is shown in the reader's language."""

    label: str
    count: Callable[[Session, int, datetime], Any]
    view: Callable[[Any], View]


BOARDS: dict[str, Kind] = {
    "strata": Kind(noted("各层热图"), strata.count, strata.view),
    "time": Kind(noted("随时间变化"), over_time.count, over_time.view),
    "recalls": Kind(noted("回拨与预约"), recalls.count, recalls.view),
    "lines": Kind(noted("线路"), lines.count, lines.view),
    "operators": Kind(noted("话务员情况"), operators.count, operators.view),
    "quality": Kind(noted("数据质量"), quality.count, quality.view),
}
"""By the word in the address, in the order of the tabs."""
