"""What the carrier tells us, and what we tell it to do: signed requests only."""

from callcenter.web.webhooks.twilio import router

__all__ = ["router"]
