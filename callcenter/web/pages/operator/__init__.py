"""Pages of the operator: the console with its JSON API, my appointments, my day, the shift."""

from fastapi import APIRouter

from callcenter.web.pages.operator import api, console, day, desk, incoming, practice, shift, telephone, transferring

router = APIRouter()
router.include_router(console.router)
router.include_router(api.router)
router.include_router(desk.router)
router.include_router(day.router)
router.include_router(incoming.router)
router.include_router(shift.router)
router.include_router(practice.router)
router.include_router(telephone.router)
router.include_router(transferring.router)
