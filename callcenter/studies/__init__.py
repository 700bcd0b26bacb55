"""What is surveyed. In: a study folder. Out: stages, phases, checklist items, populations, standards. Answers:
what was promised, who is asked, and when?"""
