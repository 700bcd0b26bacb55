"""Ways through a questionnaire. In: a definition. Out: what can be reached, where it gets stuck, and what no way does."""

from callcenter.questionnaire.paths.candidates import SAMPLE_DAY, candidates, shows_all
from callcenter.questionnaire.paths.findings import named_choices, not_reached
from callcenter.questionnaire.paths.proof import Proof, conditions_of, prove, reached
from callcenter.questionnaire.paths.sampled import hangs_on_the_clock
from callcenter.questionnaire.paths.ways import Walk, walks

__all__ = [
    "SAMPLE_DAY", "Proof", "Walk", "candidates", "conditions_of", "hangs_on_the_clock", "named_choices", "not_reached", "prove", "reached",
    "shows_all", "walks",
]  # fmt: skip
