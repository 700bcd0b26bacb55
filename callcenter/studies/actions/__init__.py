"""Writes of the room: load a study folder, extend a phase, set the calendar, stop the dialling."""

from callcenter.studies.actions.loading import end_calendar_day, extend_phase, load, set_calendar_day
from callcenter.studies.actions.stops import resume_dialling, stop_dialling

__all__ = ["end_calendar_day", "extend_phase", "load", "resume_dialling", "set_calendar_day", "stop_dialling"]
