"""Stage 2. In: accepted rows of all submissions to a population. Out: a frozen frame of units in strata. Answers: who can be drawn?"""
