"""Writes of the room: freeze a frame, look ahead, set the screening rules, keep wishes not to be called."""

from callcenter.frame.actions.freezing import LARGE, freeze, freeze_later
from callcenter.frame.actions.previewing import keep_preview, look_ahead, preview_later, try_later
from callcenter.frame.actions.screening import set_rules
from callcenter.frame.actions.wishes import add_do_not_call

__all__ = ["LARGE", "add_do_not_call", "freeze", "freeze_later", "keep_preview", "look_ahead", "preview_later", "set_rules", "try_later"]
