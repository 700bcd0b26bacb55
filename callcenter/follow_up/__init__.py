"""Stage 8. In: the history of a case, the state of a stratum. Out: when to call again, how many to top up. Answers: what next?"""
