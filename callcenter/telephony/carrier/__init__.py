"""The simulated carrier: a process of its own that speaks Twilio's REST API for calls.

With a field clock (a demo) calls move on only when the driver says so over `/control/step`; else by a timer.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from callcenter import clock
from callcenter.errors import Refused
from callcenter.settings import Settings
from callcenter.telephony.carrier.app import create_app
from callcenter.telephony.carrier.callbacks import Postman
from callcenter.telephony.carrier.exchange import Exchange

TICK_SECONDS = 0.1


def serve(settings: Settings, host: str, port: int, sockets: list[socket.socket] | None = None) -> None:
    """Run the carrier until it is told to stop (SIGTERM, SIGINT). Field time, where there is one, is plugged in before.

    `sockets` that listen already are used in place of host and port.
    """
    token = settings.twilio_auth_token.get_secret_value()
    if not settings.twilio_account_sid or not token:
        raise Refused("no_carrier_account", "模拟运营商需要账号：请设置 TWILIO_ACCOUNT_SID 和 TWILIO_AUTH_TOKEN。")
    exchange = Exchange(settings.carrier_seed, Postman(token))
    stepped = settings.field_clock_file is not None
    with timer(exchange, running=not stepped):
        app = create_app(exchange, settings.twilio_account_sid, token, f"{settings.public_url.rstrip('/')}/webhooks/twilio/incoming")
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
        uvicorn.Server(config).run(sockets=sockets)
    exchange.close()


@contextmanager
def timer(exchange: Exchange, *, running: bool = True) -> Iterator[None]:
    """Step the exchange by the clock, ten times a second."""
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(TICK_SECONDS):
            exchange.step(clock.now())

    ticking = threading.Thread(target=tick, daemon=True)
    if running:
        ticking.start()
    yield
    stop.set()
    if running:
        ticking.join()
