"""Writes of the room: open or resume an interview, save each answer when given, go back, end; several of one call."""

from callcenter.interviews.actions.answering import END_STATES, end, give_answer, go_back, open_interview, pass_on, reopen, void
from callcenter.interviews.actions.bundling import asked_now

__all__ = ["END_STATES", "asked_now", "end", "give_answer", "go_back", "open_interview", "pass_on", "reopen", "void"]
