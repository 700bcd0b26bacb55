"""Ground: the engine, the only commit, and the embedded PostgreSQL."""
