"""Lists and frames: what came in for each population, what freezing would make of it, its units, rules and overlap."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.lists_and_frames import do_not_call, overlap, population, screening, units

router = APIRouter(prefix="/supervisor")
router.include_router(overlap.router)
router.include_router(population.router)
router.include_router(units.router)
router.include_router(screening.router)
router.include_router(do_not_call.router)
