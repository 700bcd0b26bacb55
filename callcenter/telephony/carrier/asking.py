"""What every request to the carrier brings: the account, the form, the switchboard; and how errors are told."""

import re
import secrets
import time
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.datastructures import FormData

from callcenter.telephony.carrier.call import API_VERSION, Call
from callcenter.telephony.carrier.exchange import Exchange
from callcenter.telephony.carrier.recordings import Recording

E164 = re.compile(r"\+[1-9]\d{6,14}")
ENDPOINT = re.compile(r"\+[1-9]\d{6,14}|client:\S{1,256}|sip:\S{1,256}")
WEB = re.compile(r"https?://\S+")
LOOPBACK = {"127.0.0.1", "::1", "testclient"}


class RestError(Exception):
    """An error in the REST API's own form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Nonsense(Exception):
    """The answer of a carrier that has lost its mind: asked for as a fault."""


async def form(request: Request) -> FormData:
    """The form as it came."""
    return await request.form()


def exchange(request: Request) -> Exchange:
    """The switchboard of this process."""
    board: Exchange = request.app.state.exchange
    return board


Fields = Annotated[FormData, Depends(form)]
Board = Annotated[Exchange, Depends(exchange)]
Given = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


def account(request: Request, given: Given) -> str:
    """The account whose name and token came with the request."""
    state = request.app.state
    if given is None or not _same(given.username, state.account_sid) or not _same(given.password, state.auth_token):
        raise RestError(401, 20003, "Authenticate")
    return given.username


def own_account(request: Request, owner: str, known: Annotated[str, Depends(account)], board: Board) -> str:
    """The account in the address: one's own, or there is no such thing. Faults that concern the REST API happen here."""
    if owner != known:
        raise RestError(404, 20404, "The requested resource was not found")
    board.recordings.base = str(request.base_url).rstrip("/")
    if board.faults.slow_seconds:
        time.sleep(board.faults.slow_seconds)
    if board.faults.outage:
        raise RestError(503, 20503, "Service unavailable")
    if board.faults.nonsense:
        raise Nonsense
    return known


Account = Annotated[str, Depends(own_account)]


def found(sid: str, known: Account, board: Board) -> Call:
    """The call in the address."""
    if sid not in board.calls:
        raise not_found(known, f"Calls/{sid}")
    return board.calls[sid]


def found_recording(recording_sid: str, known: Account, board: Board) -> Recording:
    """The recording in the address."""
    if recording_sid not in board.recordings.all:
        raise not_found(known, f"Recordings/{recording_sid}")
    return board.recordings.all[recording_sid]


FoundCall = Annotated[Call, Depends(found)]
FoundRecording = Annotated[Recording, Depends(found_recording)]


def not_found(known: str, what: str) -> RestError:
    """That there is no such thing, as Twilio says it."""
    return RestError(404, 20404, f"The requested resource /{API_VERSION}/Accounts/{known}/{what}.json was not found")


def require_control(request: Request, known: Annotated[str, Depends(account)]) -> None:  # noqa: ARG001  # the account is the check
    """The control: with the account's token, from this machine only."""
    if request.client is None or request.client.host not in LOOPBACK:
        raise RestError(403, 20003, "The control is served to this machine only")


async def told(_: Request, error: Exception) -> Response:
    """An error as Twilio gives it."""
    if isinstance(error, Nonsense):
        return Response("<html><body>It works!</body></html>", 200, media_type="text/html")
    assert isinstance(error, RestError)  # noqa: S101  # registered for nothing else
    more = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.message, "more_info": more, "status": error.status}
    asks_for_token = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else None
    return JSONResponse(body, error.status, headers=asks_for_token)


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def seconds(fields: FormData, name: str, usual: int, most: int) -> int:
    """A field that is a number of seconds."""
    text = str(fields.get(name, usual))
    if not text.isascii() or not text.isdigit():
        raise RestError(400, 20001, f"{name} is not a number of seconds")
    return min(int(text), most)


def flag(fields: FormData, name: str) -> bool | None:
    """A field that is true or false; none where it is not there."""
    words = {"true": True, "false": False}
    return words.get(str(fields.get(name, "")).lower())


def page(things: list[dict[str, object]], name: str, request: Request) -> dict[str, Any]:
    """One page of what was asked for."""
    asked = request.query_params
    size = min(max(int(asked["PageSize"]) if asked.get("PageSize", "").isdigit() else 50, 1), 1000)
    number = int(asked["Page"]) if asked.get("Page", "").isdigit() else 0
    base = request.url.path
    onward = str(request.url.include_query_params(Page=number + 1, PageSize=size)).split(request.url.netloc, 1)[1]
    return {
        name: things[number * size : (number + 1) * size],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": min((number + 1) * size, len(things)) - 1,
        "uri": f"{base}?{request.url.query}",
        "first_page_uri": f"{base}?PageSize={size}&Page=0",
        "next_page_uri": onward if (number + 1) * size < len(things) else None,
        "previous_page_uri": f"{base}?PageSize={size}&Page={number - 1}" if number else None,
    }
