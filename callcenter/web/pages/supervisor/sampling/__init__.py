"""The supervisor's sampling pages: workbench and draw of a population, releases, certificates."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.sampling import certificates, drawing, releases, workbench

router = APIRouter()
router.include_router(workbench.router)
router.include_router(drawing.router)
router.include_router(releases.router)
router.include_router(certificates.router)
