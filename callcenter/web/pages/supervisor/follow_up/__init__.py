"""The supervisor's pages of following up: appointments, tracing of numbers, re-checks, quality, samples taken out."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.follow_up import appointments, quality, recheck_calls, rechecks, tracing

router = APIRouter()
router.include_router(appointments.router)
router.include_router(tracing.router)
router.include_router(recheck_calls.router)
router.include_router(rechecks.router)
router.include_router(quality.router)
