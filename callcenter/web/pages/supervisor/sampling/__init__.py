"""The supervisor's sampling pages: workbench and draw of a population, releases, top-ups, certificates."""

from fastapi import APIRouter

from callcenter.web.pages.supervisor.sampling import certificates, comparison, drawing, releases, top_ups, workbench

router = APIRouter()
router.include_router(workbench.router)
router.include_router(comparison.router)
router.include_router(drawing.router)
router.include_router(releases.router)
router.include_router(top_ups.router)
router.include_router(certificates.router)
