"""The tables of a package, from what was released, answered and called; identities stay behind, a study pseudonym goes instead."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.estimates.questions import Question
from callcenter.estimates.results import as_rows, results
from callcenter.estimates.weights import Weighting, status
from callcenter.exports import codebook
from callcenter.exports.sheets import Sheet
from callcenter.response_rates import cohorts
from callcenter.response_rates.cohorts import Cohort

CASE_HEADER = ("case", "stratum", "district", "release", "code", "category", "valid", "attempts", "base_weight", "weight")


def pseudonym(salt: str, unit_key: str) -> str:
    """The same enterprise has the same one throughout a study; without the study's salt nobody can tell which."""
    return hmac.new(salt.encode(), unit_key.encode(), hashlib.sha256).hexdigest()[:16]


def wide(cases: Sequence[Any], answers: Sequence[Any], asked: Sequence[Question], weights: Weighting, names: Mapping[str, str]) -> Sheet:
    """One row a released case: what it is worth, its weights, and its answers."""
    given = {(answer.case_id, answer.question): answer for answer in answers if not answer.instance}
    single = [question for question in asked if not question.repeated]
    refused = {answer.question for answer in answers if answer.nonanswer and not answer.instance}
    header = [*CASE_HEADER, *(name for question in single for name in _columns(question, question.name in refused))]
    rows = []
    for case in cases:
        row: list[Any] = [names[case.unit_key], case.stratum, case.district, case.release, case.code, case.category, case.valid]
        row += [case.attempts, weights.base[case.id], weights.final[case.id]]
        for question in single:
            row += _cells(question, given.get((case.id, question.name)), question.name in refused)
        rows.append(row)
    return Sheet("answers", header, rows)


def _columns(question: Question, refused: bool) -> list[str]:
    return [name for name, _, _ in codebook.variables(question)] + ([f"{question.name}__nonanswer"] if refused else [])


def _cells(question: Question, answer: Any, refused: bool) -> list[Any]:
    value = answer.value if answer else None
    if question.kind == "select_multiple":
        cells: list[Any] = [None if value is None else int(code in value) for code, _ in question.choices]
    else:
        cells = [value]
    return [*cells, answer.nonanswer if answer else None] if refused else cells


def long(cases: Sequence[Any], answers: Sequence[Any], asked: Sequence[Question], names: Mapping[str, str]) -> Sheet:
    """One row an answer."""
    labels = {(question.name, code): label for question in asked for code, label in question.choices}
    case_of = {case.id: case for case in cases}
    rows = []
    for answer in answers:
        codes = answer.value if isinstance(answer.value, list) else [answer.value]
        label = "；".join(labels[answer.question, str(code)] for code in codes if (answer.question, str(code)) in labels)
        who = names[case_of[answer.case_id].unit_key]
        rows.append((who, answer.question, answer.instance, answer.value, label, answer.nonanswer, answer.version, answer.answered_at))
    return Sheet("answers_long", ("case", "question", "instance", "value", "label", "nonanswer", "version", "answered_at"), rows)


def strata(released: Sequence[Any], cases: Sequence[Any], weights: Weighting, capped: Mapping[str, int]) -> Sheet:
    """Strata with sizes, counts by status, base weight, the class they were adjusted in and its factors.

    `capped` of the unknown were not called because of the cap on contacts.
    """
    classes = {name: each for each in weights.classes for name in each.strata}
    rows = []
    for stratum in released:
        kinds = [status(case.code, case.category, valid=case.valid) for case in cases if case.stratum == stratum.name]
        counts = [kinds.count(kind) for kind in ("valid", "nonresponse", "ineligible", "unknown")]
        its = classes.get(stratum.name)
        base = stratum.size / stratum.released if stratum.released else None
        factors = [_finite(its.known_factor), _finite(its.response_factor), "+".join(its.strata)] if its else [None, None, ""]
        rows.append((stratum.name, stratum.size, stratum.released, *counts, base, *factors, capped.get(stratum.name, 0)))
    header = ("stratum", "N", "released", "valid", "nonresponse", "ineligible", "unknown", "base_weight", "known_factor", "response_factor")
    return Sheet("strata_and_weights", (*header, "class", "capped"), rows)


def attempts(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], salt: str) -> Sheet:
    """Every call, without the number called; operators by pseudonym."""
    header = ("case", "operator", "line", "placed_at", "ringing_at", "answered_at", "ended_at", "state", "sip_code", "outcome")
    told = [
        (names[row["unit_key"]], pseudonym(salt, f"operator|{row['operator_id']}"), *(row[name] for name in header[2:])) for row in rows
    ]
    return Sheet("attempts", header, told)


def dispositions(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Sheet:
    """Every code that a case had, oldest first."""
    header = ("case", "at", "code", "category", "final", "source", "reason")
    return Sheet("dispositions", header, [(names[row["unit_key"]], *(row[name] for name in header[1:])) for row in rows])


def rates(groups: Sequence[Cohort]) -> tuple[bytes, Sheet]:
    """Response rates by stratum and in all: as the command `rates` writes them, and as a table with the formula beside each."""
    documents = [{"by": group.name, **cohorts.report([group])} for group in groups]
    documents.append({"by": None, **cohorts.report(list(groups))})
    rows = []
    for group in [*groups, cohorts.together(groups, "合计")]:
        rows += [(group.name, rate.name, rate.formula, rate.numerator, rate.denominator, rate.value) for rate in cohorts.named_rates(group)]
    sheet = Sheet("response_rates", ("stratum", "rate", "formula", "numerator", "denominator", "value"), rows)
    return as_json(documents), sheet


def figures(released: Any) -> Sheet:
    """Weighted figures of every question."""
    rows = as_rows(results(released.strata, released.cases, released.answers, released.questions, released.weights))
    header = ("question", "label", "statistic", "level", "level_label", "per", "estimate", "se", "low", "high", "deff", "n")
    return Sheet("estimates", header, [[row[name] for name in header] for row in rows])


def as_json(document: Any) -> bytes:
    """JSON in one fixed form."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _finite(factor: float) -> float | None:
    return factor if factor != float("inf") else None
