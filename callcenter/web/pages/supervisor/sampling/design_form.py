"""A design as typed into the workbench, and back."""

from collections.abc import Mapping
from typing import Any

from callcenter.errors import InvalidInput
from callcenter.sampling.design import LABELS

WHOLE = ("total", "minimum", "take_all", "step")
SHARES = ("response", "eligible", "valid")
PARAMETER = {"neyman": "S", "power": "CV", "fixed": "n"}
"""What a method asks of every stratum."""
DEFAULT_OF = {"S": "0.5", "CV": "1"}


def defaults(study_settings: Mapping[str, Any]) -> dict[str, str]:
    """The form as the study's own settings fill it."""
    design, top_up = study_settings.get("design", {}), study_settings.get("top_up", {})
    given = {
        "method": design.get("method", "proportional"),
        "total": design.get("total", 400),
        "minimum": design.get("minimum", 0),
        "take_all": design.get("take_all", 0),
        "power": design.get("power", 0.5),
        **{name: design.get(f"expected_{name}", 1.0) for name in SHARES},
        "step": top_up.get("step", 1),
        "mode": top_up.get("mode", "manual"),
        "chance": top_up.get("chance", 0.9),
    }
    return {name: str(value) for name, value in given.items()}


def frozen(wanted: Mapping[str, Any]) -> dict[str, str]:
    """The form as a frozen design's document fills it."""
    given = {name: wanted[name] for name in ("method", "total", "minimum", "take_all", "power")}
    given |= {name: wanted["rates"][name] for name in SHARES} | {name: wanted["release"][name] for name in ("step", "mode", "chance")}
    given |= {f"merge:{district}": stratum for stratum, districts in wanted["merges"].items() for district in districts}
    column = PARAMETER.get(wanted["method"], "")
    given |= {f"stratum:{name}": facts[column] for name, facts in wanted["facts"].items() if column in facts}
    return {name: str(value) for name, value in given.items()}


def document(form: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, Any]:
    """The design's document (`design.Wishes`); `sizes` is N by stratum, after merging."""
    facts = _facts(form, sizes)
    wanted: dict[str, Any] = {
        "method": form.get("method", "proportional"),
        **{name: _number(form, name, int) for name in WHOLE if name != "step" and form.get(name)},
        "power": _number(form, "power", float) if form.get("power") else 0.5,
        "rates": {name: _number(form, name, float) for name in SHARES if form.get(name)},
        "release": {
            "step": _number(form, "step", int) if form.get("step") else 1,
            "mode": form.get("mode", "manual"),
            "chance": _number(form, "chance", float) if form.get("chance") else 0.9,
        },
        "merges": merges(form),
        "facts": facts,
    }
    if wanted["method"] == "fixed":
        wanted["total"] = max(1, sum(own["n"] for own in facts.values()))
    return wanted


def merges(form: Mapping[str, str]) -> dict[str, list[str]]:
    """New strata and the districts in them, out of the fields `merge:<district>`."""
    found: dict[str, list[str]] = {}
    for name, value in form.items():
        if name.startswith("merge:") and value.strip() and value.strip() != name.removeprefix("merge:"):
            found.setdefault(value.strip(), []).append(name.removeprefix("merge:"))
    for target, districts in found.items():
        # A district whose name others take stays in the stratum of that name, whether its own field is empty or names itself.
        if target not in districts and form.get(f"merge:{target}", "-").strip() in ("", target):
            districts.append(target)
    return found


def _facts(form: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    column = PARAMETER.get(form.get("method", ""))
    if column is None:
        return {}
    facts: dict[str, dict[str, Any]] = {}
    for name, size in sizes.items():
        typed = {f"stratum:{name}": form.get(f"stratum:{name}", "") or DEFAULT_OF.get(column, "0")}
        facts[name] = {column: _number(typed, f"stratum:{name}", int if column == "n" else float)}
        if column == "CV":
            facts[name]["X"] = float(size)
    return facts


def _number(form: Mapping[str, str], name: str, kind: type[int] | type[float]) -> float:
    typed = form[name].strip()
    try:
        return kind(typed)
    except ValueError:
        label = LABELS.get(name, name.removeprefix("stratum:"))
        raise InvalidInput("not_a_number", "“{field}”填的是“{typed}”：应填数字。", field=label, typed=typed[:40]) from None
