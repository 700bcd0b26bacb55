"""The supervisor's pages of following up: appointments, tracing of numbers."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.follow_up import appointments, tracing

router = APIRouter()
router.include_router(appointments.router)
router.include_router(tracing.router)
