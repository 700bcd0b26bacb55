"""Pages of the administrator."""

from fastapi import APIRouter

from callcenter.web.pages.administrator import alerts, calendar, house, identity_rights, people, people_import, questionnaires, study_hours

router = APIRouter()
router.include_router(people_import.router)  # before people: /import is no person's number
router.include_router(people.router)
router.include_router(house.router)
router.include_router(alerts.router)
router.include_router(identity_rights.router)
router.include_router(calendar.router)
router.include_router(study_hours.router)
router.include_router(questionnaires.router)
