"""Pages of the submitter."""
