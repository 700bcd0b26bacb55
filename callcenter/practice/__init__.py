"""Practice: the whole console over an invented case.

In: what an operator in training presses. Out: where their practice stands. Nothing that counts reads this room: no case, call,
interview, rate, quota or export; the map lets only the pages import it.
"""
