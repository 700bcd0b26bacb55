"""Adapters of the phone line: Twilio's REST API, and the simulated carrier that speaks it."""
