"""Pages of the evaluator."""

from fastapi import APIRouter

from callcenter.web.pages.evaluator import codings, estimates, promises, results, stages, start, work_orders

router = APIRouter()
router.include_router(start.router)
router.include_router(stages.router)
router.include_router(results.router)
router.include_router(estimates.router)
router.include_router(promises.router)
router.include_router(codings.router)
router.include_router(work_orders.router)
