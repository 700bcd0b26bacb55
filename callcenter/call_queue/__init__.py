"""Stage 4. In: released units. Out: the next case for an operator, under a lease. Answers: whom now, and why is this case not callable?"""
