"""Faults on demand: what goes wrong with callbacks and answers, decided from a seed so that a run can be repeated. Pure."""

from dataclasses import dataclass, fields, replace
from typing import Any

from callcenter.telephony.carrier.respondents import chance

MOST_SECONDS = 3600.0


@dataclass(frozen=True)
class Faults:
    """Shares (0 to 1) of callbacks that suffer, and what the REST API does. All off: a carrier in good health."""

    lost: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    """Held back until the next one of the same call has gone."""
    late: float = 0.0
    late_seconds: float = 30.0
    wrong_signature: float = 0.0
    early: bool = False
    """`initiated` and `ringing` are told before the request that placed the call is answered."""
    outage: bool = False
    """The REST API answers 503."""
    crowded: float = 0.0
    """Share of requests that place calls and are answered 429."""
    slow_seconds: float = 0.0
    """How long the REST API takes to answer."""
    nonsense: bool = False
    """The REST API answers 200 with a page that is no JSON."""

    def hits(self, kind: str, *key: object) -> bool:
        """Whether the thing named by `key` suffers."""
        return chance("fault", kind, *key) < float(getattr(self, kind))

    def changed(self, wanted: dict[str, Any]) -> "Faults":
        """These faults with some others; ValueError where a name or a number is none."""
        values: dict[str, Any] = {}
        for one in fields(self):
            if one.name in wanted:
                values[one.name] = _flag(wanted[one.name]) if one.type is bool else _number(one.name, wanted[one.name])
        if unknown := set(wanted) - set(values):
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        return replace(self, **values)


def _flag(value: object) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "": False, "off": False, "0": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError(f"{value} is neither true nor false") from None


def _number(name: str, value: Any) -> float:
    number = float(value or 0)
    most = MOST_SECONDS if name.endswith("seconds") else 1.0
    if not 0 <= number <= most:
        raise ValueError(f"{name} lies between 0 and {most:g}")
    return number
