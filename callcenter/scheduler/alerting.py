"""Alerts that leave the house: planned, sent outside of any transaction, tried again."""

from collections.abc import Sequence
from typing import Any

import structlog

from callcenter.db.engine import transaction
from callcenter.operations import actions
from callcenter.operations.alert_senders import NotSent, Sender

log = structlog.get_logger()
AT_ONCE = 20
"""Messages by one way in one run: a storm of alerts must not keep the rest of the timetable waiting."""


def send_alerts(ways: Sequence[Sender], severities: Sequence[str], page: str) -> dict[str, Any]:
    """Send what is due by every way; how many were sent, and how many tries failed."""
    with transaction() as session:
        actions.plan_deliveries(session, [(sender.way, sender.target) for sender in ways], severities)
    sent = failed = 0
    for sender in ways:
        for _ in range(AT_ONCE):
            went = _send_next(sender, page)
            if went is None:
                break
            sent, failed = sent + went, failed + (not went)
    return {"sent": sent, "failed": failed}


def _send_next(sender: Sender, page: str) -> bool | None:
    """Whether the next message got through; none where nothing is due."""
    with transaction() as session:
        message = actions.take_delivery(session, sender.way, sender.target, page)
    if message is None:
        return None
    error = None
    try:
        sender.send(message)
    except NotSent as failure:
        error = str(failure)
        log.warning("alert_not_sent", way=sender.way, delivery=message.id, why=error)
    with transaction() as session:
        actions.delivery_told(session, message.id, error)
    return error is None
