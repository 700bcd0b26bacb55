"""Stage 3. In: a frozen frame and a design. Out: a verifiable draw, releases, base weights. Answers:
who was drawn, with what probability?"""
