"""Writes of the room: take a file, judge it, keep bytes and verdicts; what units state; whom they name."""

from callcenter.lists.actions.liaisons import name_liaison
from callcenter.lists.actions.submitting import JOB, MOST_STATED, keep_refusal, keep_verdicts, state, submit, waiting

__all__ = ["JOB", "MOST_STATED", "keep_refusal", "keep_verdicts", "name_liaison", "state", "submit", "waiting"]
