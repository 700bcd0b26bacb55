"""A process of its own: a timetable, one line a job."""
