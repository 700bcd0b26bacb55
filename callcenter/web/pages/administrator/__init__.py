"""Pages of the administrator."""

from fastapi import APIRouter

from callcenter.web.pages.administrator import calendar, house, people, people_import

router = APIRouter()
router.include_router(people_import.router)  # before people: /import is no person's number
router.include_router(people.router)
router.include_router(house.router)
router.include_router(calendar.router)
