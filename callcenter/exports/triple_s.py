"""Triple-S 2.0: the survey's variables as XML, and the data as CSV beside it (www.triple-s.org, version 2.0.002).

Several choices are one variable `multiple` with a string of 0 and 1; non-answers are codes of their own after the choices.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from callcenter.exports.dataset import CASE_COLUMNS, Dataset, named, quoted
from callcenter.exports.names import Limits, fitting
from callcenter.exports.statistical import CASE_LABELS, MISSING
from callcenter.exports.subject import Subject
from callcenter.exports.tabular import tamed
from callcenter.exports.variables import Variable
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.sampling.certificate import SOFTWARE

NAMES = Limits("Triple-S", 64, 1_000, 1_000, 2_000_000_000, False, frozenset())
SKIPPED = 9991
"""The first of the codes of non-answers in variables of one choice."""
DATA = "answers.sss.csv"
_POWER = "coalesce(try_cast(split_part({0}, 'e', 2) AS INTEGER), 0)"
DECIMALS = f"greatest(0, length(rtrim(split_part(split_part({{0}}, 'e', 1), '.', 2), '0')) - {_POWER})"
"""How many decimals a number has that is written as DuckDB writes it, such as `0.25` or `1.5e-07`."""


@dataclass(frozen=True)
class Field:
    """One variable of the XML: its columns of the data set, put into one field of the data file."""

    name: str
    type: str
    label: str
    sql: str
    values: tuple[tuple[int, str], ...] = ()
    low: float = 0
    high: float = 0
    decimals: int = 0
    """Of a quantity: both ends of its range are written with as many, and so are the data."""
    use: str = ""
    size: int = 1
    said: str = ""
    """What is read aloud, where that is not the label."""


def fields(data: Dataset) -> list[Field]:
    """The variables in the order of the file."""
    made = [*_case_fields(data), *_question_fields(data)]
    names = fitting([each.name for each in made], NAMES)
    return [Field(**{**vars(each), "name": names[each.name]}) for each in made]


def _case_fields(data: Dataset) -> Iterator[Field]:
    for name, kind in CASE_COLUMNS.items():
        sql, label = f'w."{name}"', CASE_LABELS[name]
        if kind == "VARCHAR":
            use = "serial" if name == "case" else ""
            yield Field(name, "character", label, tamed(sql), use=use, size=_longest(data, tamed(f'"{name}"'), "cases"))
        elif name == "valid":
            yield Field(name, "single", label, sql, ((0, "不是"), (1, "是")))
        else:
            made = _quantity(data, Field(name, "quantity", label, sql), "cases w", whole=kind != "DOUBLE")
            yield replace(made, use="weight" if name == "weight" else "")


def _question_fields(data: Dataset) -> Iterator[Field]:
    seen: set[tuple[str, str]] = set()
    said = {each.name: each.said for each in data.asked if each.said != each.label}
    for variable in data.variables:
        if variable.kind != "chosen":
            yield replace(_field(data, variable), said=said.get(variable.question, ""))
        elif (variable.question, variable.instance) not in seen:
            seen.add((variable.question, variable.instance))
            yield replace(_multiple(data, variable), said=said.get(variable.question, ""))


def _field(data: Dataset, variable: Variable) -> Field:
    value, refused = data.value_sql(variable), f"w.n{data.spot(variable)}"
    if variable.kind == "text":
        return Field(variable.name, "character", variable.label, tamed(value), size=_longest(data, tamed(value), "wide w"))
    if variable.kind == "category":
        numbers = variable.number_of
        first = max([SKIPPED, *(number + 1 for number in numbers.values())])
        skipped = {code: first + place for place, code in enumerate(NONANSWERS)}
        made = Field(variable.name, "single", variable.label, _case(value, numbers))
        values = [(numbers[code], label) for code, label in variable.values]
    else:
        skipped, values = dict(MISSING), []
        made = _quantity(data, Field(variable.name, "quantity", variable.label, value), "wide w", whole=variable.whole)
    if data.refused(variable):
        made = replace(made, sql=f"coalesce(CAST({made.sql} AS VARCHAR), CAST({_case(refused, skipped)} AS VARCHAR))")
        values += [(skipped[code], label) for code, (_, label) in NONANSWERS.items()]
    return replace(made, values=tuple(values))


def _quantity(data: Dataset, of: Field, table: str, *, whole: bool) -> Field:
    """With its range; numbers that are not whole are written without exponent, all with as many decimals as the longest needs."""
    counted = "0" if whole else f"coalesce(max({DECIMALS.format(f'CAST({of.sql} AS VARCHAR)')}), 0)"
    low, high, decimals = data.run(f"SELECT min({of.sql}), max({of.sql}), {counted} FROM {table}").fetchall()[0]
    sql = of.sql if whole else f"format('{{:.{decimals}f}}', {of.sql})"
    return replace(of, sql=sql, low=low or 0, high=high or 0, decimals=decimals)


def _multiple(data: Dataset, first: Variable) -> Field:
    spot = (first.question, first.instance)
    columns = [each for each in data.variables if (each.question, each.instance) == spot]
    values = [(place, each.label.removeprefix(f"{each.asks}：")) for place, each in enumerate(columns, start=1)]
    held = f"w.v{data.spot(first)}"
    bits = [f"CASE WHEN list_contains({held}, {quoted(each.option)}) THEN '1' ELSE '0' END" for each in columns]
    given = f"{held} IS NOT NULL"
    if data.refused(first):
        refused = f"w.n{data.spot(first)}"
        bits = [f"CASE WHEN {held} IS NULL THEN '0' ELSE {bit} END" for bit in bits]
        bits += [f"CASE WHEN {refused} = {quoted(code)} THEN '1' ELSE '0' END" for code in NONANSWERS]
        values += [(len(columns) + place, text) for place, (_, text) in enumerate(NONANSWERS.values(), start=1)]
        given = f"({given} OR {refused} IS NOT NULL)"
    return Field(first.stem, "multiple", first.asks, f"CASE WHEN {given} THEN concat({', '.join(bits)}) END", tuple(values))


def _case(sql: str, numbers: dict[str, int]) -> str:
    return (
        f"CASE {sql} " + " ".join(f"WHEN {quoted(code)} THEN {number}" for code, number in numbers.items()) + " END" if numbers else "NULL"
    )


def _longest(data: Dataset, column: str, table: str) -> int:
    return max(1, int(data.one(f"SELECT max(length({column})) FROM {table}") or 1))


def data_file(data: Dataset, file: Path) -> None:
    """The data: CSV in UTF-8, one line of names, texts and strings of bits in quotes."""
    made = fields(data)
    listed = ", ".join(f"{each.sql} AS {named(each.name)}" for each in made)
    quoted_columns = ", ".join(named(each.name) for each in made if each.type in ("character", "multiple"))
    sql = f"SELECT {listed} FROM wide w"
    data.run(f"COPY ({sql}) TO {quoted(str(file))} (FORMAT csv, HEADER, FORCE_QUOTE ({quoted_columns}))")


def metadata(data: Dataset, subject: Subject, at: datetime | None) -> bytes:
    """The XML that describes the data file."""
    root = ET.Element("sss", version="2.0", modes="interview")
    if at:
        ET.SubElement(root, "date").text = at.date().isoformat()
        ET.SubElement(root, "time").text = f"{at:%H:%M}"
    ET.SubElement(root, "origin").text = SOFTWARE
    survey = ET.SubElement(root, "survey")
    ET.SubElement(survey, "name").text = written(f"{subject.study}-{subject.population}")
    ET.SubElement(survey, "version").text = str(subject.draw_no)
    ET.SubElement(survey, "title").text = written(subject.title)
    record = ET.SubElement(survey, "record", ident="A", href=DATA, format="csv", skip="1")
    for place, each in enumerate(fields(data), start=1):
        record.append(_variable(place, each))
    return as_document(root)


def as_document(root: ET.Element) -> bytes:
    """The XML of a tree, indented."""
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def _variable(place: int, of: Field) -> ET.Element:
    made = ET.Element("variable", {"ident": str(place), "type": of.type} | ({"use": of.use} if of.use else {}))
    ET.SubElement(made, "name").text = of.name
    said = ET.SubElement(made, "label")
    said.text = written(of.label)
    if of.said:
        ET.SubElement(said, "text", mode="interview").text = written(of.said)
    ET.SubElement(made, "position", start=str(place))
    if of.type == "character":
        ET.SubElement(made, "size").text = str(of.size)
        return made
    values = ET.SubElement(made, "values")
    if of.type == "quantity":
        ET.SubElement(values, "range", {"from": f"{of.low:.{of.decimals}f}", "to": f"{of.high:.{of.decimals}f}"})
    for code, label in of.values:
        ET.SubElement(values, "value", code=str(code)).text = written(label)
    if not len(values):
        ET.SubElement(values, "range", {"from": "1", "to": "1"})
    return made


def written(text: Any) -> str:
    """Text without the signs that XML cannot hold."""
    return "".join(sign if sign >= " " or sign in "\t\n\r" else " " for sign in str(text) if sign not in "\ufffe\uffff")
