"""Alerts leave the house: by a signed webhook and by mail, tried again, told once."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.operations import actions
from callcenter.operations.alert_messages import signature
from callcenter.operations.alert_senders import senders
from callcenter.scheduler.alerting import send_alerts
from callcenter.settings import Settings
from tests.conftest import FieldTime

SECRET = "between us two, and nobody else"


class Receiver:
    """A server of somebody else: answers as told, keeps what came."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Mails(MailHandler):
    def __init__(self) -> None:
        super().__init__()
        self.came: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.came.append(message)


@pytest.fixture
def post_office() -> Iterator[tuple[Controller, Mails]]:
    mails = Mails()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office = Controller(mails, hostname="127.0.0.1", port=port)
    office.start()
    yield office, mails
    office.stop()


def settings(url: str, **more: Any) -> Settings:
    needed = {"database_url": url, "secret_key": "only-for-tests-0123456789-abcdefghij"}
    return Settings(**needed, **more)


def raised(text: str, same_as: str = "line", severity: str = "warning") -> None:
    with transaction() as session:
        actions.raise_alert(session, "carrier_failure", severity, text, same_as=same_as)


def states() -> list[tuple[str, str, int]]:
    rows = engine.statement("SELECT way, state, tries FROM alert_deliveries ORDER BY id")
    return [(row["way"], row["state"], row["tries"]) for row in rows]


def test_a_webhook_is_signed_tried_again_and_given_up(database_url: str, field_time: FieldTime, receiver: Receiver) -> None:
    address = f"http://127.0.0.1:{receiver.server.server_port}/hook?token=very-secret"
    ways = senders(settings(database_url, alert_webhook_url=address, alert_webhook_secret=SECRET))
    assert [sender.target for sender in ways] == [f"127.0.0.1:{receiver.server.server_port}"], "no secret of the address is shown"
    send = lambda: send_alerts(ways, ("warning", "stop"), "http://x/supervisor")  # noqa: E731
    raised("线路 96599966 拨号失败")
    raised("仅供参考", "other", "notice")
    receiver.statuses = [500]
    assert send() == {"sent": 0, "failed": 1}
    assert send() == {"sent": 0, "failed": 0}, "not before its time"
    field_time.set(field_time() + timedelta(minutes=2))
    assert send() == {"sent": 1, "failed": 0}
    headers, body = receiver.came[-1]
    assert headers["X-Callcenter-Signature"] == signature(SECRET, int(headers["X-Callcenter-Time"]), body)
    assert body == receiver.came[0][1] and "拨号失败".encode() in body
    assert states() == [("webhook", "sent", 2)], "a notice stays in the house"
    # It closes and comes back at once: told once. Later it is news again, and what nobody takes is given up.
    with transaction() as session:
        actions.close_alert(session, "line")
    raised("线路 96599966 拨号失败")
    assert send() == {"sent": 0, "failed": 0}
    assert states()[-1] == ("webhook", "held", 0)
    with transaction() as session:
        actions.close_alert(session, "line")
    field_time.set(field_time() + timedelta(hours=1))
    raised("线路 96599966 拨号失败")
    receiver.statuses = [404] * 20
    for _ in range(9):
        send()
        field_time.set(field_time() + timedelta(hours=7))
    assert states()[-1] == ("webhook", "failed", 7)
    assert engine.statement("SELECT error FROM alert_deliveries ORDER BY id DESC LIMIT 1")[0]["error"] == "HTTP 404"


def test_a_mail_goes_to_everybody_named_and_a_server_that_is_away_harms_nothing(
    database_url: str, field_time: FieldTime, post_office: tuple[Controller, Mails]
) -> None:
    office, mails = post_office
    port = office.port
    mail = {
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
        "alert_mail_from": "c@example.org",
        "alert_mail_to": "a@example.org, b@example.org",
    }
    raised("定时任务没有完成", severity="stop")
    away = senders(settings(database_url, smtp_port=1, **mail))
    assert send_alerts(away, ("stop",), "http://x") == {"sent": 0, "failed": 1}
    field_time.set(field_time() + timedelta(minutes=2))
    assert send_alerts(senders(settings(database_url, smtp_port=port, **mail)), ("stop",), "http://x") == {"sent": 1, "failed": 0}
    (came,) = mails.came
    assert came["To"] == "a@example.org, b@example.org"
    assert came["X-RcptTo"] == "a@example.org, b@example.org"
    assert states() == [("email", "sent", 2)]
