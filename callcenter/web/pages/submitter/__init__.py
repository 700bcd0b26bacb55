"""Pages of the submitter."""

from fastapi import APIRouter

from callcenter.web.pages.submitter import start

router = APIRouter()
router.include_router(start.router)
