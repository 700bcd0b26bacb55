"""When a case is called again: a pure function of its history, now and the study's settings, so that each decision can be replayed.

`situation` is what a rule looks at, `table` the rules by outcome, `pace` how attempts are spread, `numbers` which number comes next,
`checks` what is wrong with rules that a study overrides.
"""

from callcenter.follow_up.recall_rules.checks import problems
from callcenter.follow_up.recall_rules.numbers import usable
from callcenter.follow_up.recall_rules.situation import UNREACHED, USABLE, Decision, Past, Phone, Rules, Situation, read_rules
from callcenter.follow_up.recall_rules.table import OUTCOMES, decide

__all__ = [
    "OUTCOMES",
    "UNREACHED",
    "USABLE",
    "Decision",
    "Past",
    "Phone",
    "Rules",
    "Situation",
    "decide",
    "problems",
    "read_rules",
    "usable",
]
