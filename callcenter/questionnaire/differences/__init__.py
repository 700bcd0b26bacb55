"""Two versions of a questionnaire, question by question.

In: an old definition and a new one. Out: what changed, and whether answers to the old one carry over."""

from callcenter.questionnaire.differences.catalogue import ALL, CHECKED, NEW, NONE, Change, Difference
from callcenter.questionnaire.differences.comparison import carried, compare
from callcenter.questionnaire.differences.summary import Summary, summed_up
from callcenter.questionnaire.differences.wording import Languages

__all__ = ["ALL", "CHECKED", "NEW", "NONE", "Change", "Difference", "Languages", "Summary", "carried", "compare", "summed_up"]
