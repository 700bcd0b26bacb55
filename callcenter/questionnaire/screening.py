"""Questions that outcomes and validity look at by their names; a study's settings may name its own (`validity`)."""

from collections.abc import Mapping
from typing import Any

from callcenter.questionnaire.definition import Definition

OUTCOMES = ("notice", "right_enterprise", "handled", "pass_on")
CONFIRMED = {"right_enterprise": ("right_enterprise",), "matter": ("handled", "pass_on")}
ROLE = "informant_role"


def names_looked_at(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a questionnaire of that study should have."""
    given = settings.get("validity") or {}
    confirmed = {about: (given.get("confirmed") or {}).get(about) or names for about, names in CONFIRMED.items()}
    return tuple(dict.fromkeys([*(given.get("screening") or OUTCOMES), *(name for names in confirmed.values() for name in names), ROLE]))


def missing(definition: Definition, names: tuple[str, ...]) -> list[str]:
    """Those of the names that no question has."""
    return [name for name in names if name not in definition.by_name]
