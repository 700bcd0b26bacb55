"""Beside the calls. In: opinions, site visits, checks of evidence. Out: findings beside an item. Answers: what else is known of a promise?

These are no sample: nothing here is ever added to telephone counts, rates or estimates.
"""
