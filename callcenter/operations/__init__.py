"""What keeps the house running: audit trail, alerts, background jobs, timetable runs."""
