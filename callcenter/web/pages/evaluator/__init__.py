"""Pages of the evaluator."""

from fastapi import APIRouter

from callcenter.web.pages.evaluator import start

router = APIRouter()
router.include_router(start.router)
