"""Writes of the room: drafts, the steps of a draw, releases."""

from callcenter.sampling.actions.drafts import remove_draft, save_draft
from callcenter.sampling.actions.drawing import commit, draw, enter_public_value, fix_design, open_certificate
from callcenter.sampling.actions.releasing import move_pointer, release_main

__all__ = [
    "commit",
    "draw",
    "enter_public_value",
    "fix_design",
    "move_pointer",
    "open_certificate",
    "release_main",
    "remove_draft",
    "save_draft",
]
