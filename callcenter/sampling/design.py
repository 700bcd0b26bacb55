"""How a frame is to be drawn: strata, sizes, rates, release rule; and what it promises before anything is drawn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from callcenter.errors import InvalidInput
from callcenter.frame.conflicts import RULES
from callcenter.sampling import cells
from callcenter.sampling.allocation import StratumFacts, allocate
from callcenter.sampling.coordination import Neighbour, Place, place, planned_share
from callcenter.sampling.sizes import Rates, ceiling, standard_error, stratified_standard_error, to_release, z_of

SAME_UNIT = "code, else name and district"
"""The rule by which rows are one unit (see `frame.duplicates`), as the frozen design names it."""
ATTEMPTS_A_CASE, CALLS_A_DAY = 3.0, 80
"""What a released case takes on average, and what one operator makes in a day, until the study's own paradata tell better."""


class Expected(BaseModel):
    """Expected shares; see `sizes.Rates`."""

    model_config = ConfigDict(extra="forbid")
    response: float = Field(default=1.0, gt=0, le=1)
    eligible: float = Field(default=1.0, gt=0, le=1)
    valid: float = Field(default=1.0, gt=0, le=1)


class ReleaseRule(BaseModel):
    """How reserves are released: step, mode, and when a next step may come."""

    model_config = ConfigDict(extra="forbid")
    step: int = Field(default=1, ge=1)
    mode: str = Field(default="manual", pattern="^(manual|automatic)$")
    chance: float = Field(default=0.9, gt=0, lt=1)
    min_attempts: int = Field(default=3, ge=0)
    final_share: float = Field(default=0.8, ge=0, le=1)


class Facts(BaseModel):
    """What a method needs of one stratum: S for neyman, CV and X for power, n for fixed."""

    model_config = ConfigDict(extra="forbid")
    S: float | None = Field(default=None, ge=0)
    CV: float | None = Field(default=None, ge=0)
    X: float | None = Field(default=None, ge=0)
    n: int | None = Field(default=None, ge=0)


Share = Annotated[float, Field(gt=0, le=1)]


class Wishes(BaseModel):
    """A design as wished for: the document that `fix_design` takes. `total` counts valid completes."""

    model_config = ConfigDict(extra="forbid")
    method: str = "proportional"
    total: int = Field(ge=1, le=10_000_000)
    minimum: int = Field(default=0, ge=0)
    take_all: int = Field(default=0, ge=0)
    power: float = Field(default=0.5, ge=0, le=2)
    rates: Expected = Expected()
    strata: list[str] = Field(default=["district"], min_length=1)
    """What makes a unit's cell; see `cells.FIELDS`. A document of old says "district"."""
    merges: dict[str, list[str]] = {}
    """New stratum: the cells that it takes in, by hand and by the rule alike."""
    merge_below: int = Field(default=0, ge=0)
    """The rule for small cells (`cells.small_ones`); 0: none."""
    facts: dict[str, Facts] = {}
    """By stratum."""
    release: ReleaseRule = ReleaseRule()
    coordination: str = Field(default="independent", pattern="^(independent|positive|negative)$")
    planned_share: float | None = Field(default=None, gt=0, le=1)
    """Of the frame, main sample and top-ups together; else the largest n / N."""
    earlier_shares: dict[str, Share] = {}
    """Planned shares of populations that stand before this one and have no frozen design yet (negative coordination)."""
    confidence: float = Field(default=0.95, gt=0, lt=1)
    expected_proportion: float = Field(default=0.5, gt=0, lt=1)
    deff: float = Field(default=1.0, gt=0, le=100)
    """Design effect to be expected beyond that of the allocation (weights for nonresponse, enterprises of one group)."""
    precision: float | None = Field(default=None, gt=0, lt=1)
    """The margin from which `total` was calculated; None where it was given."""
    finite: bool = True
    """Whether that calculation knew how many there are (finite population correction)."""

    @field_validator("strata", mode="before")
    @classmethod
    def _as_list(cls, given: Any) -> Any:
        return fields_of({"strata": given})

    @field_validator("strata")
    @classmethod
    def _known(cls, given: list[str]) -> list[str]:
        if set(given) - set(cells.FIELDS):
            raise ValueError(given)
        return [field for field in cells.FIELDS if field in given]


@dataclass(frozen=True)
class PlannedStratum:
    """A stratum before the draw: N, target t, release n, valid completes to be expected, and their precision."""

    name: str
    size: int
    target: int
    main_size: int
    expected: float
    standard_error: float | None
    margin: float | None
    deff: float = 1.0
    step: int = 1

    @property
    def steps(self) -> int:
        """Whole steps that the reserves make, the last of them perhaps a shorter one."""
        return -(-(self.size - self.main_size) // self.step)

    @property
    def calls(self) -> int:
        """Calls to be expected, at `ATTEMPTS_A_CASE`."""
        return ceiling(self.main_size * ATTEMPTS_A_CASE)

    @property
    def operator_days(self) -> float:
        """Days of one operator, at `CALLS_A_DAY`."""
        return self.calls / CALLS_A_DAY


@dataclass(frozen=True)
class Plan:
    """What a design promises, stratum by stratum and for the whole."""

    strata: list[PlannedStratum]
    standard_error: float | None
    margin: float | None
    deff: float | None
    size: int = field(init=False)
    target: int = field(init=False)
    main_size: int = field(init=False)
    expected: float = field(init=False)

    @property
    def calls(self) -> int:
        """Calls to be expected, at `ATTEMPTS_A_CASE`."""
        return ceiling(self.main_size * ATTEMPTS_A_CASE)

    @property
    def operator_days(self) -> int:
        """Days of one operator, at `CALLS_A_DAY`."""
        return ceiling(self.calls / CALLS_A_DAY)

    def __post_init__(self) -> None:
        for name in ("size", "target", "main_size", "expected"):
            object.__setattr__(self, name, sum(getattr(stratum, name) for stratum in self.strata))


LABELS = {
    "total": "目标总数",
    "minimum": "每层下限",
    "take_all": "全取界限",
    "response": "应答率",
    "eligible": "合格率",
    "valid": "有效率",
    "power": "幂次",
    "step": "每步个数",
    "chance": "把握",
    "confidence": "置信水平",
    "expected_proportion": "预计比例",
    "deff": "设计效应",
    "precision": "允许误差",
    "strata": "分层依据",
    "merge_below": "合并界限",
    "min_attempts": "每例至少拨打次数",
    "final_share": "结案比例",
    "coordination": "协调方式",
    "planned_share": "计划份额",
}


def read_wishes(document: Mapping[str, Any]) -> Wishes:
    """The design as typed or sent; the first thing that cannot be is named."""
    try:
        return Wishes.model_validate(document)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][-1]) if first["loc"] else "design"
        text = "抽样方案的“{field}”不能是 {value}：请改正。"
        about = {"field": LABELS.get(name, name), "value": repr(first["input"])[:60], "at": [str(part) for part in first["loc"]]}
        raise InvalidInput("bad_design", text, **about) from wrong


def stratum_of(cell: str, merges: Mapping[str, list[str]]) -> str:
    """The stratum that a cell's units stand in."""
    return next((name for name, merged in merges.items() if cell in merged), cell)


def merge_sizes(districts: Mapping[str, int], merges: Mapping[str, list[str]]) -> dict[str, int]:
    """N by stratum; a district that is named twice, or is not in the frame, is refused."""
    named = [district for listed in merges.values() for district in listed]
    for district in named:
        if named.count(district) > 1:
            raise InvalidInput("merged_twice", "“{district}”被并入了两个层：一个单位只能在一个层里。", district=district)
        if district not in districts:
            raise InvalidInput("unknown_district", "抽样框里没有“{district}”：请检查合并规则。", district=district)
    sizes: dict[str, int] = {}
    for district, size in sorted(districts.items()):
        name = stratum_of(district, merges)
        if name in districts and name != district and name not in merges.get(name, []):
            raise InvalidInput("merged_name_taken", "合并后的层名“{name}”与另一个区重名：请换一个名称。", name=name)
        sizes[name] = sizes.get(name, 0) + size
    return dict(sorted(sizes.items()))


def make_plan(districts: Mapping[str, int], wishes: Wishes) -> Plan:
    """Targets, releases and expected precision for a frame with these units by district."""
    sizes = merge_sizes(districts, wishes.merges)
    targets = allocate(
        [_facts(name, size, wishes) for name, size in sizes.items()],
        wishes.total, wishes.method, power=wishes.power, minimum=wishes.minimum, take_all=wishes.take_all,
    )  # fmt: skip
    rates = Rates(wishes.rates.response, wishes.rates.eligible, wishes.rates.valid)
    z, p = z_of(wishes.confidence), wishes.expected_proportion
    planned = []
    for (name, size), target in zip(sizes.items(), targets, strict=True):
        main = to_release(target, rates, size)
        expected = min(float(target), main * rates.product)
        error = _wider(standard_error(expected, size, p), wishes.deff)
        margin = None if error is None else z * error
        planned.append(PlannedStratum(name, size, target, main, expected, error, margin, wishes.deff, wishes.release.step))
    return _whole(planned, z, p, wishes.deff)


def place_of(wishes: Wishes, plan: Plan, before: Sequence[Neighbour]) -> Place:
    """Where the order of this population begins; `before` are those of one commitment with it that stand before it."""
    share = planned_share(wishes.planned_share, [(stratum.size, stratum.main_size) for stratum in plan.strata])
    return place(wishes.coordination, share, before, wishes.earlier_shares)


def frame_part(number: int, sha256: str, *, screening: Mapping[str, Any], reporting_order: Sequence[str]) -> dict[str, Any]:
    """What the design's hash covers of its frame: the units, and the rules by which lists became units."""
    duplicates = {"same_unit": SAME_UNIT, "conflicts": RULES, "reporting_order": list(reporting_order)}
    part: dict[str, Any] = {"number": number, "sha256": sha256, "duplicates": duplicates}
    if screening:
        part["screening"] = {"version": screening["version"], "sha256": screening["sha256"]}
    return part


def full_document(wishes: Wishes, plan: Plan, *, frame: Mapping[str, Any], placed: Place) -> dict[str, Any]:
    """The design as it is frozen and hashed: wishes, the frame with the rules that made it, and the sizes that follow from them."""
    sizes = [{"stratum": s.name, "N": s.size, "t": s.target, "n": s.main_size} for s in plan.strata]
    return {
        **wishes.model_dump(),
        "frame": dict(frame),
        "sizes": sizes,
        "planned_share": placed.share,
        "starts": [{"population": start.population, "share": start.share} for start in placed.starts],
        "rotation": f"{placed.rotation:016x}",
    }


def fields_of(document: Mapping[str, Any]) -> list[str]:
    """What the strata of a frozen design are made of; documents of old name their one field."""
    given = document.get("strata", "district")
    return [given] if isinstance(given, str) else given


def _facts(name: str, size: int, wishes: Wishes) -> StratumFacts:
    facts = wishes.facts.get(name, Facts())
    return StratumFacts(name, size, _exact(facts.S), _exact(facts.CV), _exact(facts.X), facts.n)


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _wider(error: float | None, deff: float) -> float | None:
    return None if error is None else error * math.sqrt(deff)


def _whole(planned: list[PlannedStratum], z: float, p: float, expected_deff: float) -> Plan:
    error = _wider(stratified_standard_error([s.expected for s in planned], [s.size for s in planned], p), expected_deff)
    simple = standard_error(sum(s.expected for s in planned), sum(s.size for s in planned), p)
    deff = None if error is None or not simple else (error / simple) ** 2
    return Plan(planned, error, None if error is None else z * error, deff)
