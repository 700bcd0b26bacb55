"""Whether this process and its database answer."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import JSONResponse

from callcenter.db.engine import statement
from callcenter.web.security import Person, public

router = APIRouter()


@router.get("/health")
def health(_person: Annotated[Person | None, public()]) -> JSONResponse:
    """200 where all is well; the answer is 503 while the database is away."""
    statement("SELECT 1")
    return JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})
