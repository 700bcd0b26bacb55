"""Pages of the supervisor."""
