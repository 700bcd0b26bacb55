"""Stage 1. In: files as departments send them. Out: a verdict for every row and a receipt. Answers:
what did we receive, and what is wrong with it?"""
