"""Pages of the commissioner."""

from fastapi import APIRouter

from callcenter.web.pages.commissioner import start

router = APIRouter()
router.include_router(start.router)
