"""The phone line through Twilio's official SDK; the simulated carrier is reached by the same code at another address."""
