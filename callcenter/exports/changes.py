"""What changed between the state that a package was made of and how things stand now, by name where a name can be given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

COUNTED = {
    "released": "已释放",
    "interviews": "访问",
    "valid": "有效样本",
    "answers": "回答（含各版本）",
    "attempts": "拨打次数",
    "dispositions": "处置记录",
    "codings": "开放题编码（含历次）",
    "code_frames": "开放题的类别",
}


@dataclass(frozen=True)
class AnswerChange:
    """An answer that came: to which question in which case; `again` where there was one before."""

    case_id: int
    question: str
    again: bool = False


@dataclass(frozen=True)
class CodeChange:
    """A case whose disposition became another."""

    case_id: int
    before: str
    now: str


@dataclass(frozen=True)
class Named:
    """What came, each by name."""

    released: Sequence[tuple[str, str, int]] = ()
    """Stratum, kind of release, how many cases."""
    answered: Sequence[AnswerChange] = ()
    corrected: Sequence[AnswerChange] = ()
    recoded: Sequence[CodeChange] = ()
    judged: Sequence[tuple[int, bool]] = ()
    """Case, and whether it is valid now."""


@dataclass(frozen=True)
class Changes:
    """What is different: counts and figures (what, then, now), names, and what else stands otherwise."""

    counts: Sequence[tuple[str, float, float]] = ()
    named: Named = field(default_factory=Named)
    versions: Sequence[str] = ()
    """Versions of questionnaires that are read now and were not."""
    promises: Sequence[tuple[str, str]] = ()
    """Documents that are new, changed or gone: name and which of these."""
    conclusions: Sequence[str] = ()
    """Numbers of items whose conclusion was written or signed."""
    others: Sequence[str] = ()
    """Codes of what else changed: draw, settings, rest, software, detached."""

    def __bool__(self) -> bool:
        named = any(vars(self.named).values())
        return named or any((self.counts, self.versions, self.promises, self.conclusions, self.others))


def since(then: Mapping[str, Any], now: Mapping[str, Any], named: Named) -> Changes:
    """What differs between marks; `valid`, `weights_deff` and `detached` stand among them. What was not marked is not compared."""
    both = then.keys() & now.keys()
    counts = [(label, _count(then[word]), _count(now[word])) for word, label in COUNTED.items() if word in both]
    # What no count shows, such as a row that took another's place, shows in the last number.
    moved = [word for word in COUNTED if word in both and _count(then[word]) == _count(now[word]) and then[word] != now[word]]
    weights = [("权数设计效应", then["weights_deff"], now["weights_deff"])] if "weights_deff" in both else []
    return Changes(
        counts=[each for each in (*counts, *weights) if not _same(each[1], each[2])],
        named=named,
        versions=[each for each in now.get("versions", ()) if each not in then.get("versions", ())] if "versions" in both else [],
        promises=_promises(then["promises"], now["promises"]) if "promises" in both else [],
        conclusions=[at for at, said in now["conclusions"].items() if then["conclusions"].get(at) != said] if "conclusions" in both else [],
        others=[each for each in ("draw", "settings", "detached", "rest", "software") if each in both and then[each] != now[each]]
        + (["rows"] if moved else []),
    )


def _count(mark: Any) -> float:
    return float(mark[0] if isinstance(mark, list | tuple) else mark or 0)


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one == other
    return abs(one - other) < 1e-9


def _promises(then: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (name, "new" if name not in then else "gone" if name not in now else "changed")
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]
