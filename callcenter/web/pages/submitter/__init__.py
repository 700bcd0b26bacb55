"""Pages of the submitter: what is due, upload, receipt."""

from fastapi import APIRouter

from callcenter.web.pages.submitter import draws, due, liaison, receipts, uploads

router = APIRouter()
router.include_router(due.router)
router.include_router(draws.router)
router.include_router(liaison.router)
router.include_router(uploads.router)
router.include_router(receipts.router)
