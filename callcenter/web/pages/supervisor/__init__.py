"""Pages of the supervisor."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor import start

router = APIRouter()
router.include_router(start.router)
