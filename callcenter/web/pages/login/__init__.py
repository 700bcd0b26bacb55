"""Log-in, log-out, my account."""
