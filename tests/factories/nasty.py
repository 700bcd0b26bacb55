"""A package of what is worst: names that clash, two versions that disagree, texts no format likes; made without a database."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from callcenter.estimates.respondents import weighting
from callcenter.estimates.weights import Stratum
from callcenter.exports.dataset import Dataset
from callcenter.exports.gathered import Gathered
from callcenter.exports.queries.gathering import TABLES
from callcenter.exports.subject import Subject
from callcenter.exports.telling import numbers_told
from callcenter.exports.variables import asked_in
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.response_rates.cohorts import Cohort
from tests.factories.nasty_stage import Drawn, make_nasty_stage

MANY = 40
LONG_NAME = "办结时限" * 25
LONG_LABEL = "从受理当天算起🙂" * 40
TEXTS = [
    "=1+1",
    "+86 10",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "一\n二\r\n三\r四",
    "🙂" * 9_000,
    "长" * 32_767,
    "长" * 40_000,
    "\x01控\x1b制\x7f\x85",
    "\u202e反\u200f向\ufeff\ufffe\uffff",
    "_x0041_ &amp; <b>'\"，,;",
    "-5",
    "'",
    " 前后 ",
    "2022-06-01",
    "NULL",
    "请打１３８-１２３４-５６７８",
    "022-24538000，税号 91120116MA05XXXX2K",
    "20220601 办结，共 1234567 元",
]
"""What was answered to `wish`, by case."""
NUMBERS = ["0.1", "-0.000000123", "123456789.125", "1e100", "12345678901234567890", "3.0", "-9993"]
WHOLE = ["1", "-7", "9007199254740993", "12345678"]
CERTAIN = 27
"""The case of the stratum that is all in the sample: its weight is another one."""
DAYS = ["1850-01-31", "9999-12-31", "2022-02-28"]


def _rows(kind: str, name: str, label: str = "", **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": label or name, **more}


SHARED = [
    _rows("integer", "weight"),
    _rows("text", "Case"),
    _rows("select_one few", "q", nonanswers="dont_know refused"),
    _rows("text", "q__nonanswer"),
    _rows("text", "wish", nonanswers="refused"),
    _rows("decimal", "amount", nonanswers="refused"),
    _rows("integer", "whole"),
    _rows("integer", "small", nonanswers="refused"),
    _rows("date", "day"),
    _rows("time", "hour"),
    _rows("rank few", "order"),
    _rows("select_one numbered", "grade", nonanswers="refused"),
    _rows("select_one few", "silent"),
    _rows("integer", "refused_by_all", nonanswers="refused"),
    _rows("select_one huge", "one_of_many"),
    _rows("select_multiple huge", "many_of_many"),
    _rows("integer", LONG_NAME + "一", LONG_LABEL, nonanswers="refused"),
    _rows("integer", LONG_NAME + "二", LONG_LABEL),
    *(_rows("integer", f"n{number}") for number in range(20)),
]
CHOICES = [
    {"list_name": "few", "name": "a__b", "label": "其他：请说明"},
    {"list_name": "few", "name": "A", "label": "甲" * 100},
    {"list_name": "few", "name": "a", "label": " "},
    {"list_name": "few", "name": "½", "label": "=<半>\x0b"},
    {"list_name": "few", "name": "9992", "label": "九千"},
    *({"list_name": "huge", "name": str(number), "label": f"第 {number} 项"} for number in range(1, MANY + 1)),
    *({"list_name": "numbered", "name": code, "label": f"{code} 号"} for code in ("1", "9992")),
]
OLDER: dict[str, Any] = {
    "survey": [
        *SHARED,
        _rows("select_one few", "to_many"),
        _rows("select_multiple few", "to_one"),
        _rows("select_multiple few", "ways", "旧的说法"),
        _rows("text", "to_codes"),
        _rows("select_one few", "to_text"),
        _rows("text", "to_number"),
    ],
    "choices": [*CHOICES, {"list_name": "few", "name": "gone", "label": "旧版才有"}],
}
NEWER: dict[str, Any] = {
    "survey": [
        *SHARED,
        _rows("select_multiple few", "to_many"),
        _rows("select_one few", "to_one"),
        _rows("select_multiple few", "ways", "哪些：方式", standard="=1+1", keeps="A,a", breaks="½"),
        _rows("text", "ways__A"),
        _rows("select_one few", "to_codes"),
        _rows("text", "to_text"),
        _rows("integer", "to_number"),
    ],
    "choices": CHOICES,
}
AT = datetime(2022, 6, 1, 17, 30, tzinfo=timezone(timedelta(hours=0)))


@dataclass
class Nasty:
    """What is to be exported, and what was answered: (case, question) → value; the case is its place."""

    of: Gathered
    answered: dict[tuple[int, str], str]
    refused: dict[tuple[int, str], str]


def make_nasty(folder: Path, *, released: bool = True) -> Nasty:
    """Twenty-eight cases in four strata: one without a case, one with a single interview."""
    definitions = [read_questionnaire(each).definition for each in (NEWER, OLDER)]
    data = Dataset(folder, asked_in(definitions))
    strata = [Stratum("=甲", 60, 24), Stratum("乙", 9, 3), Stratum("空", 5, 0), Stratum("丙", 1, 1)]
    _write(folder / "cases.csv", _cases(strata) if released else ())
    data.add_cases(folder / "cases.csv")
    cases = list(data.released())
    weights = weighting(strata, cases)
    data.name_cases((case.id, f"p{case.id}", weights.base[case.id], weights.final[case.id]) for case in cases)
    for name, columns in {
        **{name: columns for name, (_, columns) in TABLES.items()},
        "operators": {"operator_id": "BIGINT", "operator": "VARCHAR"},
    }.items():
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        data.run(f"CREATE TABLE {name} ({listed})")
    answered, refused = dict(_answered()), dict(_refused())
    rows = [(case, name, "", value, None, 1, None, 0) for (case, name), value in answered.items()]
    rows += [(case, name, "", None, code, 1, None, 0) for (case, name), code in refused.items()]
    _write(folder / "answers.csv", rows)
    data.add_answers(folder / "answers.csv")
    data.warnings += numbers_told(data)
    subject = Subject("nasty", "研究\x0b=题", "salt", "1", "1-1", "总体<&>", 1, {}, 1, 1, "f" * 64, "d" * 64)
    cohorts = [Cohort(each.name, each.size, released=each.released) for each in strata]
    of = Gathered(subject, data, strata, weights, cohorts, {}, AT, [{"name": "q", "version": 2, "sha256": ""}], "state", {})
    of = replace(of, stage=make_nasty_stage(TEXTS, (NEWER, OLDER), Drawn(strata, cases, weights), answered))
    return Nasty(of, answered, refused)


def _cases(strata: list[Stratum]) -> Iterator[tuple[Any, ...]]:
    place = 0
    for stratum in strata:
        for number in range(stratum.released):
            silent = stratum.name == "乙" and number
            code, category, valid = ("2.112", "R", 0) if silent else ("1.1", "I", 1)
            yield (place, f"u{place}", stratum.name, stratum.name, "main", code, category, valid, 1, "q v2", None, None, 60)
            place += 1


def _answered() -> Iterator[tuple[tuple[int, str], str]]:
    for case, text in enumerate(TEXTS):
        yield (case, "wish"), text
        yield (case, "weight"), str(case)
        yield (case, "q"), ("a__b", "A", "a", "½", "9992")[case % 5]
        yield (case, "n3"), str(case)
    for name, values in {"amount": NUMBERS, "whole": WHOLE, "day": DAYS, "hour": ["00:00", "23:59"], "small": ["5", "-9991"]}.items():
        for case, value in enumerate(values):
            yield (case, name), value
    yield (CERTAIN, "n3"), "100"
    yield (0, "Case"), "case"
    yield (0, "q__nonanswer"), "x"
    yield (0, "order"), "A a__b a ½ 9992"
    yield (0, "grade"), "9992"
    yield (0, "one_of_many"), str(MANY)
    yield (0, "many_of_many"), f"1 {MANY}"
    yield (0, LONG_NAME + "一"), "1"
    yield (0, LONG_NAME + "二"), "2"
    for case, (many, one, codes, text, number, ways) in enumerate(
        [
            ("A a", "A", "a", "说了", "7", "a__b A"),
            ("A", "A a", "自己说的话", "A", "大约五个", "gone"),
        ]
    ):
        yield (case, "to_many"), many
        yield (case, "to_one"), one
        yield (case, "to_codes"), codes
        yield (case, "to_text"), text
        yield (case, "to_number"), number
        yield (case, "ways"), ways
    yield (0, "ways__A"), "另一题"


def _refused() -> Iterator[tuple[tuple[int, str], str]]:
    yield from (((case, "refused_by_all"), "refused") for case in range(20))
    yield from (((24, name), "refused") for name in ("q", "grade", "wish", "amount", "small", LONG_NAME + "一"))


def _write(file: Path, rows: Any) -> None:
    """As COPY writes it: NULL is an empty cell, an empty text a quoted one."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        opened.writelines(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: Any) -> str:
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'
