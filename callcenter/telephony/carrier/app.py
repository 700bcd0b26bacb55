"""The carrier's REST API for calls, as Twilio describes it, and a small control for demos on the same machine."""

import re
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.datastructures import FormData

from callcenter import clock
from callcenter.telephony.carrier.call import API_VERSION, Call, new_sid
from callcenter.telephony.carrier.exchange import Exchange

E164 = re.compile(r"\+[1-9]\d{6,14}")
WEB = re.compile(r"https?://\S+")
LOOPBACK = {"127.0.0.1", "::1"}


class RestError(Exception):
    """An error in the REST API's own form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def form(request: Request) -> FormData:
    """The form as it came."""
    return await request.form()


def account(request: Request, given: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]) -> str:
    """The account whose name and token came with the request."""
    state = request.app.state
    if given is None or not _same(given.username, state.account_sid) or not _same(given.password, state.auth_token):
        raise RestError(401, 20003, "Authenticate")
    return given.username


def own_account(owner: str, known: Annotated[str, Depends(account)]) -> str:
    """The account in the address: one's own, or there is no such thing."""
    if owner != known:
        raise RestError(404, 20404, "The requested resource was not found")
    return known


def exchange(request: Request) -> Exchange:
    """The switchboard of this process."""
    board: Exchange = request.app.state.exchange
    return board


Fields = Annotated[FormData, Depends(form)]
Account = Annotated[str, Depends(own_account)]
Board = Annotated[Exchange, Depends(exchange)]


def found(sid: str, known: Account, board: Board) -> Call:
    """The call in the address."""
    if sid not in board.calls:
        raise RestError(404, 20404, f"The requested resource /{API_VERSION}/Accounts/{known}/Calls/{sid}.json was not found")
    return board.calls[sid]


FoundCall = Annotated[Call, Depends(found)]
rest = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{owner}}")
control = APIRouter()


@rest.post("/Calls.json", status_code=201)
def create(known: Account, fields: Fields, board: Board) -> dict[str, object]:
    """Place a call."""
    call = _wanted(fields, known)
    board.place(call)
    return call.as_json()


@rest.get("/Calls.json", dependencies=[Depends(own_account)])
def listed(request: Request, board: Board) -> dict[str, object]:
    """A page of calls."""
    return _page(list(board.calls.values()), request)


@rest.get("/Calls/{sid}.json")
def fetch(call: FoundCall) -> dict[str, object]:
    """One call."""
    return call.as_json()


@rest.post("/Calls/{sid}.json")
def update(call: FoundCall, fields: Fields, board: Board) -> dict[str, object]:
    """End a call."""
    status = str(fields.get("Status", ""))
    if status not in {"completed", "canceled"}:
        raise RestError(400, 21218, "Invalid Status: only completed and canceled are served here")
    if not board.hang_up(call, status, clock.now()):
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    return call.as_json()


@control.post("/control/step", dependencies=[Depends(account)])
def step(request: Request, board: Board) -> dict[str, object]:
    """Let all that is due by now happen; returns when every callback is answered."""
    if request.client is None or request.client.host not in LOOPBACK:
        raise RestError(403, 20003, "The control is served to this machine only")
    board.step_and_wait(clock.now())
    due = board.next_due()
    return {"next_due": due.isoformat() if due else None, "open_calls": board.open_calls()}


@control.get("/health")
def health() -> dict[str, object]:
    """That the process answers."""
    return {"ok": True}


def create_app(board: Exchange, account_sid: str, auth_token: str) -> FastAPI:
    """The carrier of one account."""
    app = FastAPI(title="Simulated carrier", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.exchange, app.state.account_sid, app.state.auth_token = board, account_sid, auth_token
    app.include_router(rest)
    app.include_router(control)
    app.add_exception_handler(RestError, _told)
    return app


async def _told(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RestError)  # noqa: S101  # registered for nothing else
    more = f"https://www.twilio.com/docs/errors/{error.code}"
    return JSONResponse({"code": error.code, "message": error.message, "more_info": more, "status": error.status}, error.status)


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _wanted(fields: FormData, account_sid: str) -> Call:
    """The call that a form asks for, or the error that Twilio gives for it."""
    to, caller, url = (str(fields.get(name, "")).strip() for name in ("To", "From", "Url"))
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not caller:
        raise RestError(400, 21213, "'From' phone number is required")
    if not E164.fullmatch(to):
        raise RestError(400, 21211, "The phone number you are attempting to call is not valid.")
    if not E164.fullmatch(caller):
        raise RestError(400, 21212, "The source phone number provided is not a valid E.164 number.")
    if not WEB.fullmatch(url):
        raise RestError(400, 21205, "Url is not a valid URL")
    return Call(
        sid=new_sid("CA"),
        account_sid=account_sid,
        to=to,
        caller=caller,
        url=url,
        method=str(fields.get("Method", "POST")).upper(),
        status_callback=str(fields["StatusCallback"]) if "StatusCallback" in fields else None,
        wanted=frozenset(str(event) for event in fields.getlist("StatusCallbackEvent")) or frozenset({"completed"}),
        timeout=_seconds(fields, "Timeout", 60, 600),
        time_limit=_seconds(fields, "TimeLimit", 14400, 86400),
        created=clock.now(),
    )


def _seconds(fields: FormData, name: str, usual: int, most: int) -> int:
    text = str(fields.get(name, usual))
    if not text.isascii() or not text.isdigit():
        raise RestError(400, 20001, f"{name} is not a number of seconds")
    return min(int(text), most)


def _page(calls: list[Call], request: Request) -> dict[str, Any]:
    """One page of the calls asked for, newest first."""
    asked = request.query_params
    status, to = asked.get("Status"), asked.get("To")
    size = min(max(int(asked["PageSize"]) if asked.get("PageSize", "").isdigit() else 50, 1), 1000)
    page = int(asked["Page"]) if asked.get("Page", "").isdigit() else 0
    chosen = [call for call in reversed(calls) if status in {None, call.status} and to in {None, call.to}]
    base = request.url.path
    onward = str(request.url.include_query_params(Page=page + 1, PageSize=size)).split(request.url.netloc, 1)[1]
    return {
        "calls": [call.as_json() for call in chosen[page * size : (page + 1) * size]],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": min((page + 1) * size, len(chosen)) - 1,
        "uri": f"{base}?{request.url.query}",
        "first_page_uri": f"{base}?PageSize={size}&Page=0",
        "next_page_uri": onward if (page + 1) * size < len(chosen) else None,
        "previous_page_uri": f"{base}?PageSize={size}&Page={page - 1}" if page else None,
    }
