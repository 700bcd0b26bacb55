"""The ways by which an alert leaves the house. Each sends a message or raises `NotSent` with a reason that holds no secret."""

import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from callcenter.errors import InvalidInput
from callcenter.operations import alert_messages
from callcenter.operations.alert_messages import Message
from callcenter.settings import Settings

PATIENCE = 15.0
"""Seconds that a server may take."""


class NotSent(Exception):
    """The other side did not take a message; the text is a reason for the log and the page."""


@dataclass(frozen=True)
class Sender:
    """One way, where it leads (shown on pages, so without secrets), and how a message goes there."""

    way: str
    target: str
    send: Callable[[Message], None]


def senders(settings: Settings) -> list[Sender]:
    """The ways that the settings name; refused where half of one is set."""
    found = []
    if settings.alert_webhook_url:
        found.append(_webhook(settings))
    if settings.smtp_host:
        found.append(_mail(settings))
    return found


def _webhook(settings: Settings) -> Sender:
    url, secret = settings.alert_webhook_url, settings.alert_webhook_secret.get_secret_value()
    if len(secret) < 16 or urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput(
            "webhook_settings", "ALERT_WEBHOOK_URL 应是 http(s) 地址，ALERT_WEBHOOK_SECRET 至少 16 个字符：请检查这两项设置。"
        )

    def send(message: Message) -> None:
        body, now = alert_messages.document(message), int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Callcenter-Time": str(now),
            "X-Callcenter-Signature": alert_messages.signature(secret, now, body),
        }
        try:
            answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE, follow_redirects=False)
        except httpx.HTTPError as failure:
            raise NotSent(type(failure).__name__) from failure
        if not answer.is_success:
            raise NotSent(f"HTTP {answer.status_code}")

    return Sender("webhook", urlsplit(url).netloc.rpartition("@")[2], send)


def _mail(settings: Settings) -> Sender:
    recipients = [address.strip() for address in settings.alert_mail_to.split(",") if address.strip()]
    if not recipients or not settings.alert_mail_from:
        raise InvalidInput("mail_settings", "设置了 SMTP_HOST，还需要 ALERT_MAIL_FROM 和 ALERT_MAIL_TO（多个地址用逗号分开）。")

    def send(message: Message) -> None:
        made = alert_messages.mail(message, settings.alert_mail_from, recipients)
        try:
            with _server(settings) as server:
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
                server.send_message(made)
        except (OSError, smtplib.SMTPException) as failure:
            code = getattr(failure, "smtp_code", "")
            raise NotSent(f"{type(failure).__name__} {code}".strip()) from failure

    return Sender("email", ", ".join(recipients), send)


def _server(settings: Settings) -> smtplib.SMTP:
    """A connection to the mail server, encrypted as the settings say."""
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port or 465, timeout=PATIENCE, context=context)
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port or 587, timeout=PATIENCE)
    if settings.smtp_security == "starttls":
        server.starttls(context=context)
    return server
