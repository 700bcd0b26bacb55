"""What the carrier tells us."""
