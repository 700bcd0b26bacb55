"""A design as typed into the workbench, and back. Every mistake is told beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.errors import CallcenterError
from callcenter.sampling import cells
from callcenter.sampling.design import LABELS, Plan, make_plan, read_wishes
from callcenter.sampling.sizes import Rates, Size, size_for_proportion
from callcenter.web.translations import gettext as _

WHOLE = ("total", "minimum", "take_all", "merge_below")
SHARES = ("response", "eligible", "valid")
REAL = ("power", "confidence", "expected_proportion", "deff")
RULE = {"step": int, "chance": float, "min_attempts": int, "final_share": float}
PARAMETER = {"neyman": "S", "power": "CV", "fixed": "n"}
"""What a method asks of every stratum."""
DEFAULT_OF = {"S": "0.5", "CV": "1", "n": "0"}
CALCULATED = {
    "比例 p": "expected_proportion",
    "允许误差 e": "precision",
    "置信水平": "confidence",
    "设计效应": "deff",
    "应答率": "response",
    "合格率": "eligible",
    "有效率": "valid",
}
"""What the size calculator calls its numbers, and their fields."""


@dataclass
class Tried:
    """A form tried out on a frame: what it asks for, what that promises, and what is wrong with it by field ("": with the whole)."""

    cells: Mapping[str, int]
    document: dict[str, Any] = field(default_factory=dict)
    merged: dict[str, list[str]] = field(default_factory=dict)
    plan: Plan | None = None
    size: Size | None = None
    problems: dict[str, str] = field(default_factory=dict)


def defaults(study_settings: Mapping[str, Any]) -> dict[str, str]:
    """The form as the study's own settings fill it."""
    design, top_up = study_settings.get("design", {}), study_settings.get("top_up", {})
    given = {
        "method": design.get("method", "proportional"),
        "size_by": "total",
        "total": design.get("total", 400),
        "precision": 0.05,
        "finite": "1",
        "minimum": design.get("minimum", 0),
        "take_all": design.get("take_all", 0),
        "merge_below": 0,
        "power": design.get("power", 0.5),
        "confidence": 0.95,
        "expected_proportion": 0.5,
        "deff": 1,
        **{name: design.get(f"expected_{name}", 1.0) for name in SHARES},
        "step": top_up.get("step", 1),
        "mode": top_up.get("mode", "manual"),
        "chance": top_up.get("chance", 0.9),
        "coordination": "independent",
        "planned_share": "",
        "min_attempts": top_up.get("min_attempts", 3),
        "final_share": top_up.get("final_share", 0.8),
    }
    return {name: str(value) for name, value in given.items()}


def filled(wanted: Mapping[str, Any], cell_sizes: Mapping[str, int] | None = None) -> dict[str, str]:
    """The form as the document of a kept or frozen design fills it; what its rule merges is not shown as merged by hand."""
    given = {name: wanted[name] for name in ("method", *WHOLE, *REAL) if name in wanted}
    given |= {name: wanted["rates"][name] for name in SHARES}
    given |= {name: wanted["release"][name] for name in (*RULE, "mode") if name in wanted["release"]}
    given |= {f"by:{name}": "1" for name in fields(wanted)}
    if wanted.get("precision") is not None:
        given |= {"size_by": "precision", "precision": wanted["precision"]}
    given["coordination"] = wanted.get("coordination", "independent")
    if given["coordination"] != "independent" and wanted.get("planned_share") is not None:
        given["planned_share"] = wanted["planned_share"]
    given["finite"] = "1" if wanted.get("finite", True) else "0"
    ruled = cells.small_ones(cell_sizes or {}, wanted.get("merge_below", 0))
    by_hand = {name: merged for name, merged in wanted["merges"].items() if ruled.get(name) != merged}
    given |= {f"merge:{cell}": stratum for stratum, merged in by_hand.items() for cell in merged}
    column = PARAMETER.get(wanted["method"], "")
    for field_name, of in (("stratum", column), ("X", "X")):
        given |= {f"{field_name}:{name}": facts[of] for name, facts in wanted["facts"].items() if facts.get(of) is not None}
    given |= {f"earlier:{name}": share for name, share in wanted.get("earlier_shares", {}).items()}
    return {name: str(value) for name, value in given.items()}


def fields(form: Mapping[str, Any]) -> list[str]:
    """What the strata are made of; the district where nothing is said."""
    if "strata" in form:
        return [form["strata"]] if isinstance(form["strata"], str) else list(form["strata"])
    return [name for name in cells.FIELDS if form.get(f"by:{name}") == "1"] or ["district"]


def try_out(form: Mapping[str, str], cell_sizes: Mapping[str, int]) -> Tried:
    """What the design in the form promises for a frame with these cells, or what is wrong with it."""
    tried = Tried(cell_sizes)
    tried.document = _document(form, tried)
    if tried.problems:
        return tried
    try:
        if form.get("size_by") == "precision":
            tried.size = _calculated(tried.document, sum(cell_sizes.values()))
            if form.get("method") != "fixed":
                tried.document["total"] = min(tried.size.completes, sum(cell_sizes.values()))
        wishes = read_wishes(tried.document)
        tried.document = wishes.model_dump()
        tried.plan = make_plan(cell_sizes, wishes)
    except CallcenterError as refusal:
        about = refusal.about | ({"field": _(str(refusal.about["field"]))} if "field" in refusal.about else {})
        tried.problems[field_of(refusal)] = _(refusal.text, **about)
    return tried


def merges(form: Mapping[str, str], cell_sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """New strata and the cells in them: by hand out of the fields `merge:<cell>`, the small ones left over by the rule."""
    found: dict[str, list[str]] = {}
    for cell in cell_sizes:
        wanted = " ".join(form.get(f"merge:{cell}", "").split())
        if wanted and wanted != cell:
            found.setdefault(wanted, []).append(cell)
    for target, merged in found.items():
        # A cell whose name others take stays in the stratum of that name, whether its own field is empty or names itself.
        if target in cell_sizes and target not in merged and form.get(f"merge:{target}", "").strip() in ("", target):
            merged.append(target)
    by_hand = {cell for merged in found.values() for cell in merged}
    below = form.get("merge_below", "0").strip()
    left = {cell: size for cell, size in cell_sizes.items() if cell not in by_hand}
    return {**(cells.small_ones(left, int(below)) if below.isdecimal() else {}), **found}


def field_of(refusal: CallcenterError) -> str:
    """The field beside which a refusal stands."""
    about: Mapping[str, Any] = refusal.about
    if at := about.get("at"):
        kinds = {"facts": "X" if at[-1] == "X" else "stratum", "earlier_shares": "earlier"}
        return f"{kinds[at[0]]}:{at[1]}" if at[0] in kinds and len(at) > 1 else str(at[-1])
    if about.get("name") in CALCULATED:
        return CALCULATED[str(about["name"])]
    if refusal.code.startswith(("merged_", "unknown_district")):
        return f"merge:{about['district']}" if "district" in about else "merge_below"
    if refusal.code == "infeasible":
        return f"stratum:{about['stratum']}" if "stratum" in about else "total"
    return {"wrong_use": "method"}.get(refusal.code, "")


def _document(form: Mapping[str, str], tried: Tried) -> dict[str, Any]:
    tried.merged = merges(form, tried.cells)
    wanted: dict[str, Any] = {
        "method": form.get("method", "proportional"),
        "strata": fields(form),
        "merges": tried.merged,
        "finite": form.get("finite", "1") == "1",
    }
    for names, kind in ((WHOLE, int), (REAL, float)):
        wanted |= {name: _number(form, name, kind, tried) for name in names if form.get(name)}
    wanted["rates"] = {name: _number(form, name, float, tried) for name in SHARES if form.get(name)}
    wanted["release"] = {name: _number(form, name, kind, tried) for name, kind in RULE.items() if form.get(name)}
    wanted["release"]["mode"] = form.get("mode", "manual")
    if form.get("size_by") == "precision":
        wanted["precision"] = _number(form, "precision", float, tried)
    wanted["coordination"] = form.get("coordination") or "independent"
    if form.get("planned_share", "").strip():
        wanted["planned_share"] = _number(form, "planned_share", float, tried)
    earlier = [name for name, typed in form.items() if name.startswith("earlier:") and typed.strip()]
    if wanted["coordination"] == "negative" and earlier:
        wanted["earlier_shares"] = {name.removeprefix("earlier:"): _number(form, name, float, tried) for name in earlier}
    wanted["facts"] = _facts(form, tried)
    if wanted["method"] == "fixed" and not tried.problems:
        wanted["total"] = max(1, sum(own["n"] for own in wanted["facts"].values()))
    return wanted


def strata_sizes(cell_sizes: Mapping[str, int], merged: Mapping[str, list[str]]) -> dict[str, int]:
    """N by stratum as far as it can be told; what is wrong with the merging is told by the plan."""
    home = {cell: name for name, listed in merged.items() for cell in listed}
    sizes: dict[str, int] = {}
    for cell, size in cell_sizes.items():
        sizes[home.get(cell, cell)] = sizes.get(home.get(cell, cell), 0) + size
    return dict(sorted(sizes.items()))


def _facts(form: Mapping[str, str], tried: Tried) -> dict[str, dict[str, Any]]:
    column = PARAMETER.get(form.get("method", ""))
    if column is None:
        return {}
    facts: dict[str, dict[str, Any]] = {}
    for name, size in strata_sizes(tried.cells, tried.merged).items():
        typed = {f"stratum:{name}": form.get(f"stratum:{name}", "").strip() or DEFAULT_OF[column]}
        facts[name] = {column: _number(typed, f"stratum:{name}", int if column == "n" else float, tried)}
        if column == "CV":
            sizes = {f"X:{name}": form.get(f"X:{name}", "").strip() or str(size)}
            facts[name]["X"] = _number(sizes, f"X:{name}", float, tried)
    return facts


def _calculated(wanted: Mapping[str, Any], population: int) -> Size:
    rates = Rates(*(wanted["rates"].get(name, 1.0) for name in SHARES))
    return size_for_proportion(
        wanted.get("expected_proportion", 0.5),
        wanted.get("precision") or 0.0,
        confidence=wanted.get("confidence", 0.95),
        population=population if wanted["finite"] else None,
        deff=wanted.get("deff", 1.0),
        rates=rates,
    )


def _number(form: Mapping[str, str], name: str, kind: type[int] | type[float], tried: Tried) -> float:
    typed = form.get(name, "").strip()
    try:
        return kind(typed)
    except ValueError:
        label = LABELS.get(name, name.partition(":")[2] or name)
        text = _("“{field}”填的是“{typed}”：应填整数。") if kind is int and typed else _("“{field}”填的是“{typed}”：应填数字。")
        tried.problems[name] = text.format(field=_(label), typed=typed[:40])
        return 0
