"""Stage 5. In: a leased case. Out: attempts with states and outcomes. Answers: what happened on the line?"""
