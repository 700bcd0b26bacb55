"""What is told of a stage's items: conclusions, and the figures that answer a promise."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from callcenter.estimates.standards import CHOICES, FEW, UNFIT, UNITS, WORDS, AnswerFigures, Held
from callcenter.studies.phases import FIELD_ZONE

CONCLUSIONS = {"carried_out": "落实", "partly": "部分落实", "not_carried_out": "未落实", "not_verifiable": "无法核实"}
MOST_FIGURES = 8


class Written(Protocol):
    """A version of a conclusion as it is stored."""

    version: int
    conclusion: str
    reason: str
    evidence: str
    score: float | None
    written_at: Any
    written_by: int
    confirmed_at: Any
    confirmed_by: int | None


def conclusion_of(of: Written, people: Mapping[int, str]) -> dict[str, Any]:
    """One version with both signatures in words; it counts once a second person has confirmed it."""
    return {
        "version": of.version,
        "conclusion": of.conclusion,
        "label": CONCLUSIONS[of.conclusion],
        "reason": of.reason,
        "evidence": of.evidence,
        "score": of.score,
        "written_at": of.written_at.astimezone(FIELD_ZONE).isoformat(),
        "written_by": people.get(of.written_by, str(of.written_by)),
        "written_by_id": of.written_by,
        "confirmed_at": of.confirmed_at.astimezone(FIELD_ZONE).isoformat() if of.confirmed_at else "",
        "confirmed_by": people.get(of.confirmed_by, str(of.confirmed_by)) if of.confirmed_by else "",
    }


def in_force(versions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The conclusion that counts, of versions with the newest first: the newest that two persons signed."""
    return next((each for each in versions if each["confirmed_by"]), None)


def waiting(versions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest version where it is not signed by a second person yet: it stands beside the one in force and changes nothing."""
    return versions[0] if versions and not versions[0]["confirmed_by"] else None


def figures_of_items(number: int, populations: Sequence[Mapping[str, Any]], codes: set[str]) -> list[str]:
    """The figures that speak of an item: of questions that name it; of one choice only the code given most often."""
    told: list[str] = []
    for population in populations:
        rows = [row for row in population["figures"] if number in row["items"] and row["estimate"] is not None]
        shown: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            known = shown.get(row["question"])
            if known is None or row["estimate"] > known["estimate"]:
                shown[row["question"]] = row
        told += [f"{population['code']} {in_words(row)}" for row in shown.values()]
    mine = [line for line in told if line.split(" ", 1)[0] in codes]
    return (mine or told)[:MOST_FIGURES]


def without_few(row: Mapping[str, Any], fewest: int) -> Mapping[str, Any]:
    """A figure as it may leave the house: nothing but its name where fewer than `fewest` answered."""
    if not 0 < row["n"] < fewest:
        return row
    return {**row, **dict.fromkeys(("estimate", "se", "low", "high", "deff", "n")), "few": fewest}


def in_words(row: Mapping[str, Any]) -> str:
    """A figure with its interval and base."""
    share = row["statistic"] == "prop"
    estimate = f"{row['estimate']:.1%}" if share else f"{row['estimate']:.2f}"
    interval = ""
    if row["low"] is not None:
        ends = (
            (f"{max(row['low'], 0):.1%}", f"{min(row['high'], 1):.1%}")
            if share
            else (f"{0 if row.get('cut') else row['low']:.2f}", f"{row['high']:.2f}")
        )
        interval = f"，95% 区间 {ends[0]}–{ends[1]}" + ("（下端截于 0）" if row.get("cut") else "")
    level = f"：{row['level_label']}" if share else "：平均"
    return f"{row['label']}{level} {estimate}{interval}，n={row['n']}"


def held_in_words(code: str, held: Held) -> str:
    """A promise with the conclusion of the three-way table, what it rests on beside it."""
    said, shown = held.promise.declared, held.verdict not in UNFIT
    condition = f"（{said.condition}）" if said.condition else ""
    told = [f"{code} {held.promise.text}{condition}：{WORDS[held.verdict]}"]
    if held.orders and shown and held.told != FEW:
        told.append(f"工单 {held.orders.n} 件，平均 {held.orders.mean:.2f}，承诺之内 {held.orders.within:.1%}")
    for each in held.answers if shown else ():
        if each.verdict == FEW:  # as on the page, where somebody from outside looks at it
            continue
        if each.by_choice:
            told += chosen_in_words(each)
        elif each.mean.estimate is not None and each.within.estimate is not None:
            low, high = each.shown_interval
            interval = "" if low is None or high is None else f"，95% 区间 {low:.2f}–{high:.2f}" + ("（下端截于 0）" if each.cut else "")
            told.append(f"回答平均 {each.mean.estimate:.2f}{interval}，承诺之内 {each.within.estimate:.1%}，n={each.mean.n}")
    if held.verdict in (UNITS, CHOICES):
        told.append("、".join(question.label for question in (*held.other_units, *held.choices)))
    return "；".join(told)


def chosen_in_words(answers: AnswerFigures) -> list[str]:
    """The share of those who chose what keeps a promise."""
    share = answers.within
    if share.estimate is None:
        return []
    interval = "" if share.low is None or share.high is None else f"，95% 区间 {max(share.low, 0):.1%}–{min(share.high, 1):.1%}"
    return [f"{answers.question.label}：答“{answers.question.keeping}”的 {share.estimate:.1%}{interval}，n={share.n}"]


def canonical(state: Mapping[str, Any]) -> bytes:
    """A state in one fixed form: JSON with sorted keys, without blanks, in UTF-8."""
    return json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum(state: Mapping[str, Any]) -> str:
    """SHA-256 over a state in its fixed form."""
    return hashlib.sha256(canonical(state)).hexdigest()


def side_by_side(earlier: Mapping[str, Any], later: Mapping[str, Any], continues: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Items of two stages that continue each other: as study.yaml says (`later number: earlier number`), else of the same title."""
    numbered = {str(item["number"]): item for item in earlier["items"]}
    titled = {_bare(item["title"]): item for item in earlier["items"]}
    pairs = []
    for item in later["items"]:
        said = continues.get(str(item["number"]), continues.get(item["number"]))
        before = numbered.get(str(said)) if said is not None else titled.get(_bare(item["title"]))
        if before is not None:
            pairs.append((before, item))
    return pairs


def _bare(title: str) -> str:
    return "".join(title.split()).rstrip("。；;.")
