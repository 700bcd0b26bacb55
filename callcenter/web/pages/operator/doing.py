"""What the operator is doing and how their calls are begun, as the console shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.people import queries as people
from callcenter.people.operator_states import MODES, Spell, mode_of, modes_allowed


def doing(session: Session, user_id: int, settings: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """The state with its times and the dialling mode; `settings`: of the case's study, without a case of all that may come."""
    spell, chosen = people.doing(session, user_id)
    return {**as_json(spell, now), **_mode(settings, chosen)}


def as_json(spell: Spell | None, now: datetime) -> dict[str, Any]:
    """A spell as plain JSON values; a wrap-up that is over counts as ready."""
    if spell is not None and spell.ends_at is not None and spell.ends_at <= now:
        spell = Spell("ready", spell.ends_at)
    return {
        "state": spell.state if spell else "off",
        "code": spell.code if spell else None,
        "since": spell.since.isoformat() if spell else None,
        "ends_at": spell.ends_at.isoformat() if spell and spell.ends_at else None,
    }


def _mode(settings: Sequence[Mapping[str, Any]], chosen: str | None) -> dict[str, Any]:
    allowed = {mode for each in settings for mode in modes_allowed(each)}
    own = [mode_of(each, chosen) for each in settings]
    return {"mode": chosen if chosen in own else own[0] if own else MODES[0], "modes": [mode for mode in MODES if mode in allowed]}
