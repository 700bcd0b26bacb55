"""Pages of the operator."""

from fastapi import APIRouter

from callcenter.web.pages.operator import start

router = APIRouter()
router.include_router(start.router)
