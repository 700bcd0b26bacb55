"""Stage 11. In: all of the above. Out: packages with a manifest. Answers: what can an auditor take away?"""
