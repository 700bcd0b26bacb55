"""Pages of the administrator."""

from fastapi import APIRouter

from callcenter.web.pages.administrator import people

router = APIRouter()
router.include_router(people.router)
