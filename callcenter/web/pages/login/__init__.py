"""Log-in, log-out, my account."""

from fastapi import APIRouter

from callcenter.web.pages.login import account, log_in

router = APIRouter()
router.include_router(log_in.router)
router.include_router(account.router)
