"""Who works here: users, roles, sessions, training, shifts."""
