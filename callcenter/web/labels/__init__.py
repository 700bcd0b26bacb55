"""What codes are called on pages: actions, subjects, jobs, details, reasons. A code without a label is shown as it is."""

from collections.abc import Mapping
from typing import Any

from callcenter.calls import outcomes
from callcenter.errors import Phrase
from callcenter.exports.stage import CONCLUSIONS
from callcenter.people.roles import LABELS as ROLES
from callcenter.web.labels.decided import DECISIONS, DISPOSITIONS, FINDINGS, OTHERS, RESPONDENTS, VALIDITY
from callcenter.web.labels.recorded import ACTIONS, ALERTS, DETAILS, JOBS, SUBJECTS
from callcenter.web.labels.working import BREAKS, MODES, OPERATOR_STATES
from callcenter.web.translations import gettext as _

__all__ = [
    "ACTIONS",
    "ALERTS",
    "BREAKS",
    "DECISIONS",
    "DETAILS",
    "DISPOSITIONS",
    "JOBS",
    "MODES",
    "OPERATOR_STATES",
    "OTHERS",
    "RESPONDENTS",
    "SUBJECTS",
    "VALIDITY",
    "action",
    "alert",
    "detail",
    "disposition",
    "doing",
    "job",
    "refusal",
    "sentence",
    "subject",
    "subject_kind",
    "value",
    "verdict",
]

_VALUES = {**OTHERS, **FINDINGS, **CONCLUSIONS, **ROLES, **VALIDITY, **DECISIONS, **{known.code: known.label for known in outcomes.ALL}}


def action(code: str) -> str:
    """What was done."""
    return _(ACTIONS.get(code, code))


def subject(kind: str) -> str:
    """What it was done to."""
    return _(SUBJECTS.get(kind, kind))


def subject_kind(typed: str) -> str:
    """The kind that a reader means who typed the label or the code."""
    return next((kind for kind, label in SUBJECTS.items() if typed in {label, _(label)}), typed)


def alert(kind: str) -> str:
    """What an alert is about."""
    return _(ALERTS.get(kind, kind))


def job(code: str) -> str:
    """A job of the workers or a line of the timetable."""
    return _(JOBS.get(code, code))


def doing(state: str, code: str | None = None) -> str:
    """What an operator is doing; a break with its reason."""
    named = _(OPERATOR_STATES.get(state, state))
    return f"{named} · {_(BREAKS.get(code, code))}" if code else named


def detail(key: str) -> str:
    """The name of a detail."""
    return _(DETAILS.get(key, key))


def value(given: Any, key: str = "") -> Any:
    """A reason, outcome, role or kind; whatever else it is stays."""
    if given is None:
        return "–"
    if key == "code":
        return disposition(str(given))
    return _(_VALUES[given]) if isinstance(given, str) and given in _VALUES and key != "name" else given


def disposition(code: str) -> str:
    """A disposition code with its meaning."""
    return f"{code} {_(DISPOSITIONS[code])}" if code in DISPOSITIONS else code


def verdict(*, valid: bool, reasons: list[str], flags: list[str]) -> str:
    """Valid or not and why; a flag asks for a look, it does not speak against the interview."""
    why = _("、").join(str(value(code)) for code in (reasons or flags))
    if valid:
        return _("有效，需复核：{why}", why=why) if flags else _("有效样本")
    return _("无效样本：{why}", why=why) if reasons else _("无效样本")


def refusal(kept: Mapping[str, Any]) -> str:
    """Why a file was refused, as kept with its submission."""
    if "text" not in kept:
        return str(kept["about"])
    filled = {name: Phrase(part) if isinstance(part, str) else part for name, part in kept["filled"].items()}
    return _(kept["text"], **filled)


def sentence(text: str, about: Mapping[str, Any]) -> str:
    """A sentence whose placeholders may hold codes."""
    return _(text, **{name: value(given) for name, given in about.items()})
