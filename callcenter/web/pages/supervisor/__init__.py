"""Pages of the supervisor."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor import (
    calls,
    cases,
    deliveries,
    follow_up,
    lines,
    lists_and_frames,
    other_sources,
    people,
    rates,
    sampling,
    start,
)

router = APIRouter()
router.include_router(start.router)
router.include_router(cases.router)
router.include_router(deliveries.router)
router.include_router(follow_up.router)
router.include_router(lines.router)
router.include_router(lists_and_frames.router)
router.include_router(other_sources.router)
router.include_router(people.router)
router.include_router(rates.router)
router.include_router(sampling.router)
router.include_router(calls.router)
