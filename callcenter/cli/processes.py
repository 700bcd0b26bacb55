"""The parts of the house, each as a process of its own (for several machines; `run` starts them all on one)."""

import importlib
import os
import socket
from functools import partial
from typing import Annotated

import typer

from callcenter import wiring
from callcenter.cli.serving import serve
from callcenter.cli.stopping import asked_to_stop
from callcenter.errors import InvalidInput
from callcenter.operations import logs
from callcenter.operations.alert_messages import at_least
from callcenter.scheduler.alerting import send_alerts
from callcenter.scheduler.leader import lead
from callcenter.scheduler.timetable import timetable
from callcenter.settings import Settings
from callcenter.telephony.carrier import serve as serve_carrier
from callcenter.web.app import create_app
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker

web, boards, scheduler, worker, carrier = (typer.Typer() for _ in range(5))

BOARDS_APP = "dashboards.app"
"""Named, not imported: boards stand on top of everything, so nothing may import them."""

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 behind a proxy.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]
Socket = Annotated[int | None, typer.Option("--fd", help="A socket opened by the parent.", hidden=True)]


def _started(**pool: int) -> Settings:
    settings = Settings()
    logs.configure(settings.log_level)
    wiring.start(settings, **pool)
    return settings


@web.command()
def run_web(host: Host = "127.0.0.1", port: Port = 8000, fd: Socket = None) -> None:
    """Serve the pages, the operators' API and the carrier's webhooks. Any number of these can share one database.

    Example: callcenter web --host 0.0.0.0 --port 8000
    """
    serve(create_app(_started()), host, port, fd)


@boards.command()
def run_boards(host: Host = "127.0.0.1", port: Port = 8001, fd: Socket = None) -> None:
    """Serve the read-only boards under their own database role.

    Example: callcenter boards --host 0.0.0.0 --port 8001
    """
    settings = Settings()
    if settings.boards_database_url is None:
        raise InvalidInput("missing_setting", "请设置 BOARDS_DATABASE_URL：看板只用只读的数据库角色。")
    logs.configure(settings.log_level)
    wiring.start(settings.model_copy(update={"database_url": settings.boards_database_url}))
    serve(importlib.import_module(BOARDS_APP).create_app(settings), host, port, fd)


@scheduler.command()
def run_scheduler() -> None:
    """Run the timetable: recalls, lost calls, top-up proposals. Start a second one as a stand-in; only one works at a time.

    Example: callcenter scheduler
    """
    settings = _started(pool_size=4)
    by_field_time = settings.field_clock_file is not None
    ways = wiring.alert_senders(settings)
    page = settings.public_url.rstrip("/") + "/supervisor"
    alerting = partial(send_alerts, ways, at_least(settings.alert_from), page) if ways else None
    lines = timetable(wiring.phone_line(settings), alerting)
    lead(settings.database_url.get_secret_value(), lines, asked_to_stop(), by_field_time=by_field_time)


@worker.command()
def run_worker() -> None:
    """Do background jobs: judging lists, making packages. Any number of these can run.

    Example: callcenter worker
    """
    settings = _started(pool_size=4)
    name = f"{socket.gethostname()}:{os.getpid()}"
    Worker(settings.database_url.get_secret_value(), name, HANDLERS).run(asked_to_stop())


@carrier.command()
def run_carrier(host: Host = "127.0.0.1", port: Port = 8002, fd: Socket = None) -> None:
    """Serve the simulated carrier, which speaks Twilio's REST API for calls (for trials and demos only).

    Example: callcenter carrier --port 8002
    """
    settings = Settings()
    logs.configure(settings.log_level)
    if settings.field_clock_file is not None:
        wiring.plug_field_clock(settings)
    serve_carrier(settings, host, port, None if fd is None else [socket.socket(fileno=fd)])
