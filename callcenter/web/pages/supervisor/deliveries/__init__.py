"""Pages on deliveries: the matrix of what is open, the upload windows, the liaison persons of the units."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.deliveries import liaisons, overview, windows

router = APIRouter()
router.include_router(windows.router)
router.include_router(liaisons.router)
router.include_router(overview.router)
