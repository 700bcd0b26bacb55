"""The data set for SPSS (.sav) and Stata (.dta): numbers with labels, why a question was not answered as user-missing values.

What nobody was asked is system-missing. The time in a file's header is set to that of the data, so that the same data make the same
file. Everything is held in memory at once: neither format can be written otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from callcenter.exports.dataset import Column, Dataset, quoted
from callcenter.exports.names import SPSS, STATA, Limits, cut, fitting, is_cut
from callcenter.exports.variables import Variable
from callcenter.questionnaire.nonanswers import NONANSWERS

MISSING = {code: -9991 - place for place, code in enumerate(NONANSWERS)}
"""The numbers of non-answers in SPSS: below anything that is asked for."""
LETTERS = {code: letter.lower() for code, (letter, _) in NONANSWERS.items()}
"""The letters of non-answers in Stata (.b .j .r .n): the keys that operators press."""
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CASE_LABELS = {
    "case": "研究代号",
    "stratum": "抽样层",
    "district": "区",
    "release": "释放批次",
    "code": "处置代码（AAPOR）",
    "category": "处置类别",
    "valid": "有效样本",
    "attempts": "拨打次数",
    "questionnaire": "问卷及版本",
    "started_at": "访问开始",
    "ended_at": "访问结束",
    "seconds": "访问用时（秒），不含两次通话之间的间隔",
    "base_weight": "基础权数",
    "weight": "最终权数",
}
COUNTED = ("valid", "attempts", "seconds")


@dataclass
class Described:
    """How the columns of a statistical file are to be read."""

    names: dict[str, str]
    labels: list[str | None] = field(default_factory=list)
    values: dict[str, dict[Any, str]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, list[Any]] = field(default_factory=dict)
    letters: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def sav(data: Dataset, file: Path, title: str, at: datetime | None) -> list[str]:
    """Write SPSS; what had to be cut is told."""
    columns = columns_of(data)
    told = describe(columns, SPSS, data)
    frame = data.frame(columns).rename(columns=told.names)
    pyreadstat.write_sav(
        frame,
        str(file),
        file_label=cut(title, 64, bytes_count=True),
        column_labels=told.labels,
        row_compress=True,
        variable_value_labels=told.values,
        missing_ranges=told.ranges,
        variable_measure=told.measures,
        variable_format=told.formats,
    )
    _set_sav_time(file, at)
    return told.warnings


def dta(data: Dataset, file: Path, title: str, at: datetime | None) -> list[str]:
    """Write Stata 15 or newer; what had to be cut is told."""
    columns = _columns(data, STATA, missing=MISSING)
    told = describe(columns, STATA, data)
    frame = _with_letters(data.frame(columns), columns, data).rename(columns=told.names)
    pyreadstat.write_dta(
        frame,
        str(file),
        file_label=cut(title, 80, bytes_count=False),
        column_labels=told.labels,
        variable_value_labels=told.values,
        missing_user_values=told.letters,
    )
    _set_dta_time(file, at)
    return told.warnings


def _columns(data: Dataset, limits: Limits, missing: Mapping[str, int]) -> list[Column]:
    """The columns of the wide table as numbers where they have codes; a text keeps its non-answers in a column of its own."""
    texts = {each.question for each in data.variables if each.kind == "text"}
    made = []
    for column in data.wide_columns():
        if column.variable is not None:
            made.append(Column(column.name, _sql(data, column.variable, limits, missing), column.variable))
        elif not column.nonanswer_of:
            made.append(Column(column.name, f"CAST({column.sql} AS DOUBLE)" if column.name in COUNTED else column.sql))
        elif column.nonanswer_of in texts:
            made.append(
                Column(column.name, f"CAST({_numbered(column.sql, {c: n for n, c in enumerate(NONANSWERS, 1)})} AS DOUBLE)", None, "x")
            )
    return made


def _sql(data: Dataset, variable: Variable, limits: Limits, missing: Mapping[str, int]) -> str:
    value = data.value_sql(variable)
    if variable.kind == "text":
        return f"coalesce({_shortened(value, limits)}, '')"
    if variable.kind == "category":
        value = _numbered(value, variable.number_of)
    if data.refused(variable):
        value = f"coalesce({value}, {_numbered(f'w.n{data.spot(variable)}', missing)})"
    return f"CAST({value} AS DOUBLE)"


def _numbered(sql: str, numbers: Mapping[str, int]) -> str:
    if not numbers:
        return "NULL"
    return f"CASE {sql} " + " ".join(f"WHEN {quoted(code)} THEN {number}" for code, number in numbers.items()) + " END"


def _shortened(sql: str, limits: Limits) -> str:
    """As much text as fits: as many characters of three bytes, or of four where that is too much."""
    if not limits.bytes_count:
        return sql
    most, sure = limits.text // 3, limits.text // 4
    shorter = f"CASE WHEN strlen(left({sql}, {most})) <= {limits.text} THEN left({sql}, {most}) ELSE left({sql}, {sure}) END"
    return f"CASE WHEN strlen({sql}) <= {limits.text} THEN {sql} ELSE {shorter} END"


def columns_of(data: Dataset) -> list[Column]:
    """The columns of the SPSS file."""
    return _columns(data, SPSS, missing=MISSING)


def names_in(data: Dataset, limits: Limits) -> dict[str, str]:
    """What each column of the wide table is called in a format, also those that it does not have."""
    return fitting([column.name for column in data.wide_columns()], limits)


def describe(columns: Sequence[Column], limits: Limits, data: Dataset) -> Described:
    """Names, labels, codes and missing values of a file's columns."""
    told = Described(names_in(data, limits))
    for column in columns:
        name = told.names[column.name]
        label = column.variable.label if column.variable else CASE_LABELS.get(column.name, column.name)
        told.labels.append(cut(label, limits.label, bytes_count=limits.bytes_count))
        if is_cut(label, limits.label, bytes_count=limits.bytes_count):
            told.warnings.append(f"{limits.format} {name}：标签太长，被截短；全文见编码簿。")
        _describe_values(told, name, column, limits, data)
    told.warnings += _long_texts(data, limits)
    return told


def _describe_values(told: Described, name: str, column: Column, limits: Limits, data: Dataset) -> None:
    variable = column.variable
    if variable is None:
        _describe_case_column(told, name, column)
        return
    told.measures[name] = variable.measure
    if variable.kind == "text":
        return
    numbers = variable.number_of if variable.kind == "category" else {code: int(code) for code, _ in variable.values}
    labels: dict[Any, str] = {numbers[code]: label for code, label in variable.values}
    told.formats[name] = "F8.2" if variable.kind == "number" and not variable.whole else "F8.0"
    if data.refused(variable):
        if limits is SPSS:
            labels |= {MISSING[code]: NONANSWERS[code][1] for code in NONANSWERS}
            told.ranges[name] = [{"lo": min(MISSING.values()), "hi": max(MISSING.values())}]
        else:
            labels |= {letter: NONANSWERS[code][1] for code, letter in LETTERS.items()}
            told.letters[name] = sorted(LETTERS.values())
    if labels:
        told.values[name] = {code: cut(label, limits.value_label, bytes_count=limits.bytes_count) for code, label in labels.items()}
    if any(is_cut(label, limits.value_label, bytes_count=limits.bytes_count) for label in labels.values()):
        told.warnings.append(f"{limits.format} {name}：有选项的文字太长，被截短；全文见编码簿。")


def _describe_case_column(told: Described, name: str, column: Column) -> None:
    told.measures[name] = "scale" if column.name in ("attempts", "seconds", "base_weight", "weight") else "nominal"
    if column.name == "valid":
        told.values[name], told.formats[name] = {0: "不是", 1: "是"}, "F8.0"
    elif column.name in COUNTED:
        told.formats[name] = "F8.0"
    elif column.name in ("base_weight", "weight"):
        told.formats[name] = "F12.6"
    elif column.nonanswer_of:
        told.values[name] = {number: NONANSWERS[code][1] for number, code in enumerate(NONANSWERS, 1)}
        told.formats[name] = "F8.0"


def _long_texts(data: Dataset, limits: Limits) -> list[str]:
    texts = dict.fromkeys(each.question for each in data.variables if each.kind == "text")
    long = [name for name in texts if name in data.found and data.found[name].longest > limits.text]
    return [f"{limits.format} {name}：有回答超过 {limits.text} 字节，被截短；全文见 CSV 或 Parquet。" for name in long]


def _with_letters(frame: pd.DataFrame, columns: Sequence[Column], data: Dataset) -> pd.DataFrame:
    """Non-answers as the letters that Stata's missing values have."""
    letters = {float(number): LETTERS[code] for code, number in MISSING.items()}
    for column in columns:
        if column.variable is not None and column.variable.kind != "text" and data.refused(column.variable):
            values = frame[column.name]
            said = values.isin(letters)
            if said.any():
                frame[column.name] = values.astype(object).where(~said, values.map(letters).astype(object))
    return frame


def _set_sav_time(file: Path, at: datetime | None) -> None:
    """Bytes 92 to 108 of the header: `dd mmm yy` and `hh:mm:ss`."""
    moment = at or datetime(2000, 1, 1)  # noqa: DTZ001  # only what is printed in the header
    text = f"{moment.day:02d} {MONTHS[moment.month - 1]} {moment.year % 100:02d}{moment:%H:%M:%S}"
    with file.open("r+b") as opened:
        opened.seek(92)
        opened.write(text.encode("ascii"))


def _set_dta_time(file: Path, at: datetime | None) -> None:
    """After `<timestamp>` and a byte of length: `dd Mon yyyy hh:mm`."""
    moment = at or datetime(2000, 1, 1)  # noqa: DTZ001  # only what is printed in the header
    text = f"{moment.day:02d} {MONTHS[moment.month - 1]} {moment.year} {moment:%H:%M}"
    with file.open("r+b") as opened:
        head = opened.read(2_000)
        opened.seek(head.index(b"<timestamp>") + len(b"<timestamp>") + 1)
        opened.write(text.encode("ascii"))
