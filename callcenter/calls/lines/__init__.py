"""The published lines. In: what a study publishes and how busy it is. Answers: which line is this, may it call, which one calls now?"""

from callcenter.calls.lines.choice import CaseOnLines, choose, rest_after, unusable
from callcenter.calls.lines.published import PublishedLine, folded, is_same_line, require_published
from callcenter.calls.lines.settings import Resting, read_lines, read_resting

__all__ = [
    "CaseOnLines",
    "PublishedLine",
    "Resting",
    "choose",
    "folded",
    "is_same_line",
    "read_lines",
    "read_resting",
    "require_published",
    "rest_after",
    "unusable",
]
