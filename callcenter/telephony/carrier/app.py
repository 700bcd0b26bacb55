"""The carrier of one account: the REST API, and the control for demos and tests on the same machine."""

from fastapi import FastAPI

from callcenter.telephony.carrier import control, rest
from callcenter.telephony.carrier.asking import Nonsense, RestError, told
from callcenter.telephony.carrier.exchange import Exchange


def create_app(board: Exchange, account_sid: str, auth_token: str, voice_url: str = "") -> FastAPI:
    """The carrier's web application; `voice_url` is asked what to do with calls that come in."""
    app = FastAPI(title="Simulated carrier", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.exchange, app.state.account_sid, app.state.auth_token, app.state.voice_url = board, account_sid, auth_token, voice_url
    app.include_router(rest.router)
    app.include_router(control.router)
    app.add_exception_handler(RestError, told)
    app.add_exception_handler(Nonsense, told)
    return app
