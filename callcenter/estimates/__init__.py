"""Stage 10. In: valid answers and weights. Out: figures with standard errors. Answers: what holds in the population?"""
