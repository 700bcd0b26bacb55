"""A carrier on a real port of this machine, and a receiver for what it tells."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from callcenter.calls import voice_scripts
from callcenter.telephony.carrier.app import create_app
from callcenter.telephony.carrier.callbacks import Postman
from callcenter.telephony.carrier.exchange import Exchange
from callcenter.telephony.carrier.respondents import ringing
from callcenter.telephony.voice_script import twiml
from tests.factories.waiting import until

ACCOUNT, TOKEN = "AC" + "1" * 32, "a-token-only-for-this-test-run"
SEED = "1"


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started, every=0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()


@dataclass
class Receiver:
    """Keeps every callback: its address, form and signature."""

    told: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    script: Callable[[], str] = lambda: twiml(voice_scripts.answered("attempt-7"), "http://127.0.0.1:9")

    scripts: dict[str, str] = field(default_factory=dict)
    """Scripts by the door's name; `script` for the others."""

    def app(self) -> FastAPI:
        """The receiver as a web application."""
        app = FastAPI()

        @app.api_route("/webhooks/twilio/{what}", methods=["GET", "POST"])
        async def take(what: str, request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            self.told.append((f"{request.url.path}?{request.url.query}", form, request.headers["X-Twilio-Signature"]))
            script = self.scripts.get(what) or (self.script() if what in {"answer", "leg"} else "")
            return Response(script, media_type="text/xml")

        return app

    def words(self) -> list[str]:
        """Status words of the callbacks, in the order in which they came."""
        return [form["CallStatus"] for address, form, _ in self.told if "/status" in address]


@contextmanager
def carrier() -> Iterator[tuple[str, Exchange]]:
    """A carrier that waits to be stepped; its address and its switchboard."""
    exchange = Exchange(SEED, Postman(TOKEN))
    with serving(create_app(exchange, ACCOUNT, TOKEN)) as address:
        yield address, exchange
    exchange.close()


def number_that(happening: str, at: object, *, kind: str = "+8613") -> str:
    """A number at which a call placed then goes that way."""
    return next(number for n in range(100_000) if ringing(SEED, number := f"{kind}{n:09d}", at).happening == happening)  # type: ignore[arg-type]
