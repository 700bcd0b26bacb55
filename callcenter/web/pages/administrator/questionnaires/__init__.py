"""The editor's help: versions with their problems, preview, routing, differences and paper; drafts and their release."""

from fastapi import APIRouter

from callcenter.web.pages.administrator.questionnaires import drafts, preview, versions

router = APIRouter()
router.include_router(drafts.router)
router.include_router(preview.router)
router.include_router(versions.router)
