"""A process of its own: runs the timetable, in one leader however many are started."""
