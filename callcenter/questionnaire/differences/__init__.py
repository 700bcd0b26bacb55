"""Two versions of a questionnaire, question by question.

In: an old definition and a new one. Out: what changed, and whether answers to the old one carry over."""

from callcenter.questionnaire.differences.catalogue import ALL, CHECKED, NEW, NONE, Change, Difference
from callcenter.questionnaire.differences.comparison import carried, compare

__all__ = ["ALL", "CHECKED", "NEW", "NONE", "Change", "Difference", "carried", "compare"]
