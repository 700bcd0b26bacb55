"""What the carrier tells us, and what we tell it to do: signed requests only."""

from fastapi import APIRouter

from callcenter.web.webhooks import incoming, twilio

router = APIRouter()
router.include_router(twilio.router)
router.include_router(incoming.router)

__all__ = ["router"]
