"""A process of its own: claims background jobs and runs them."""
