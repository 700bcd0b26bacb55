"""The only place that picks real or simulated parts: database, field time, phone line."""

import sys
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from callcenter import clock, schema
from callcenter.calls.phone_line import LineUnlawful, NoLine, PhoneLine
from callcenter.db.engine import connect
from callcenter.errors import Refused
from callcenter.settings import Settings

if TYPE_CHECKING:
    from callcenter.operations.alert_senders import Sender

assert schema.TABLES  # noqa: S101  # tables name each other: whoever uses one must know all, whatever else the command imports
HANDED_OVER_EVERY = 0.0005
"""Seconds a thread computes before another may: at Python's own 0.005 a short request waits behind every longer one, ten times as long."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def start(settings: Settings, *, pool_size: int = 10) -> None:
    """Connect this process to its database and plug in its clock."""
    connect(settings.database_url.get_secret_value(), pool_size=pool_size)
    sys.setswitchinterval(HANDED_OVER_EVERY)
    if settings.field_clock_file is not None:
        plug_field_clock(settings)


def plug_field_clock(settings: Settings) -> None:
    """Take field time from a file; refused where anything outside this machine could be called or changed by it."""
    outside = {urlsplit(url).hostname for url in (settings.public_url, settings.twilio_base_url or "//api.twilio.com")} - LOOPBACK
    if outside or settings.field_clock_file is None:
        raise Refused("clock_outside_demo", "只有在演示环境中才能使用模拟时间：请去掉 FIELD_CLOCK_FILE。")
    clock.plug(_FileClock(settings.field_clock_file))


def phone_line(settings: Settings) -> PhoneLine:
    """The carrier of this installation: Twilio, or whatever speaks its REST API at TWILIO_BASE_URL."""
    token = settings.twilio_auth_token.get_secret_value()
    if not settings.twilio_account_sid or not token:
        return NoLine()
    if _is_outside(settings.twilio_base_url) and not settings.carrier_legal_basis.strip():
        return NoLine(LineUnlawful)
    from callcenter.telephony.twilio_line import TwilioLine  # noqa: PLC0415  # commands that call nobody need not wait for its imports

    return TwilioLine(
        settings.twilio_account_sid,
        token,
        public_url=settings.public_url,
        base_url=settings.twilio_base_url,
        byoc=settings.twilio_byoc,
    )


def alert_senders(settings: Settings) -> "list[Sender]":
    """The ways by which alerts leave this house; none unless set."""
    from callcenter.operations.alert_senders import senders  # noqa: PLC0415  # only the scheduler sends, and only where a way is set

    return senders(settings) if settings.alert_webhook_url or settings.smtp_host else []


def _is_outside(base_url: str | None) -> bool:
    """Whether a carrier is somebody else's: neither this machine, nor a private address, nor a bare name of this network."""
    host = urlsplit(base_url or "//api.twilio.com").hostname or ""
    try:
        return not ip_address(host).is_private
    except ValueError:
        return "." in host and host not in LOOPBACK


class _FileClock:
    """Reads field time from a file that the demo's driver replaces; it jumps, it never runs."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.file.read_text(encoding="ascii").strip())
