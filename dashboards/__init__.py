"""Read-only boards: a small app of its own under a read-only database role."""
