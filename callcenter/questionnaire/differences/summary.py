"""What a release would change, in a few figures; whether that is so much that the wrong file may have been chosen."""

from collections import Counter
from dataclasses import dataclass

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.differences.comparison import compare


@dataclass(frozen=True)
class Summary:
    """The version to be released against the one in use, by questions."""

    old_title: str
    new_title: str
    same: int
    changed: int
    added: int
    removed: int

    @property
    def drastic(self) -> bool:
        """Whether it bears another title, or most questions differ."""
        return self.old_title != self.new_title or self.same < self.changed + self.added + self.removed


def summed_up(old: Definition, new: Definition) -> Summary:
    """The figures of `compare`."""
    kinds = Counter(
        "same" if each.same else "removed" if each.new_row is None else "added" if each.old_row is None else "changed"
        for each in compare(old, new)
    )
    return Summary(old.title, new.title, *(kinds[kind] for kind in ("same", "changed", "added", "removed")))
