"""Stage 9. In: dispositions. Out: outcome rates with their cases. Answers: how well do we reach them?"""
