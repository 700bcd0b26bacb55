"""A telephone-survey call centre: from a department's list to a weighted estimate."""
