"""The simulated carrier: a process of its own that speaks Twilio's REST API for calls."""
