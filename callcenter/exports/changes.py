"""What changed between the state that a package was made of and how things stand now."""

from collections.abc import Mapping
from typing import Any

from callcenter.response_rates.cohorts import Cohort

COUNTED = {"released": "已释放", "valid": "有效样本"}


def since(state: Mapping[str, Any], now: Cohort, *, rows: str) -> list[tuple[str, int, int]]:
    """Counts that differ, (what, then, now); the last line stands for changes that no count shows."""
    then = {word: int(state.get(word) or 0) for word in COUNTED}
    found = [(label, then[word], int(getattr(now, word))) for word, label in COUNTED.items() if then[word] != getattr(now, word)]
    before = state.get("by_category") or {}
    for category, count in sorted(now.categories.items()):
        if int(before.get(category, 0)) != count:
            found.append((category, int(before.get(category, 0)), count))
    if not found and state.get("rows") != rows:
        found.append(("", 0, 0))
    return found
