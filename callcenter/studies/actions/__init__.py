"""Writes of the room: load a study folder, extend a phase, set the calendar, change hours, stop the dialling."""

from callcenter.studies.actions.hours import end_study_hours, set_study_hours
from callcenter.studies.actions.loading import end_calendar_day, extend_phase, load, set_calendar_day
from callcenter.studies.actions.stops import resume_dialling, stop_dialling

__all__ = [
    "end_calendar_day",
    "end_study_hours",
    "extend_phase",
    "load",
    "resume_dialling",
    "set_calendar_day",
    "set_study_hours",
    "stop_dialling",
]
