"""Judged rows as the lines of a `COPY … FROM STDIN` in PostgreSQL's text format: what the table takes most quickly."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring
from typing import Any

from callcenter.lists.cells import raw_texts, repeat
from callcenter.lists.judged_rows import JudgedRows, Run, named_cells, reasons_of, shown_names, verdict_of
from callcenter.lists.phone_numbers import Phone

COLUMNS = (
    "submission_id, number, sheet, source_row, enterprise_name, uscc, district, sub_area, contact, phones, matter, happened_on, verdict,"
    " reasons, duplicate_of, stage_days, total_days, cells"
)
_NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r\x00]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})
_IN_JSON = re.compile(r'["\\\x00-\x1f]')


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _texts(texts: Sequence[str]) -> Sequence[str]:
    """Texts as fields: mostly as they are."""
    return list(map(_text, texts)) if _SPECIAL.search("".join(texts)) else texts


def _phones(phones: list[Phone]) -> str:
    return json.dumps([{"number": phone.number, "extension": phone.extension} for phone in phones])


class _Known(dict[Any, str]):
    """What a value becomes, remembered."""

    def __init__(self, made: Callable[[Any], str]) -> None:
        self.made = made

    def __missing__(self, value: Any) -> str:
        self[value] = answer = self.made(value)
        return answer


_verdicts = _Known(verdict_of)
_reasons = _Known(lambda marks: "{" + ",".join(reasons_of(marks)) + "}")


def lines(submission_id: int, rows: JudgedRows) -> Iterator[str]:
    """The lines, many at once."""
    for run, end in rows.spans():
        yield "\n".join(map("\t".join, zip(*_fields(submission_id, rows, run, end), strict=True))) + "\n"


def _fields(submission_id: int, rows: JudgedRows, run: Run, end: int) -> list[Sequence[str]]:
    """The fields of a run of rows, by columns."""
    first, count = run.first, end - run.first
    places = range(first, end)
    districts, marks = rows.districts[first:end], rows.marks[first:end]
    several, repeated = rows.more_phones, rows.duplicate_of
    return [
        [str(submission_id)] * count,
        list(map(str, range(first + 1, end + 1))),
        [_text(run.sheet)] * count,
        list(map(str, rows.source_rows[first:end])),
        _texts(rows.names[first:end]),
        rows.codes[first:end],
        [district.name for district in districts],
        [district.sub_area for district in districts],
        _texts(rows.contacts[first:end]),
        [
            _phones(several[place]) if place in several else f'[{{"number": "{phone}", "extension": ""}}]' if phone else "[]"
            for place, phone in enumerate(rows.phones[first:end], first)
        ],
        _texts(rows.matters[first:end]),
        _texts(rows.days[first:end]),
        [_verdicts[each] for each in marks],
        [_reasons[each] for each in marks],
        [str(repeated[place]) if place in repeated else _NULL for place in places],
        *_stages(rows, run, places),
        _cells(run, count),
    ]


def _stages(rows: JudgedRows, run: Run, places: range) -> tuple[list[str], list[str]]:
    """The days of each row's stages, and in all."""
    if not run.layout.work_orders:
        return ["[]"] * len(places), [_NULL] * len(places)
    stages = [rows.stages[place] for place in places]
    return [json.dumps(days) for days, _ in stages], [_NULL if total is None else repr(float(total)) for _, total in stages]


def _cells(run: Run, count: int) -> list[str]:
    """The documents of the rows as they came."""
    names = shown_names(run.layout, len(run.columns))
    if not names:
        return ["{}"] * count
    if len(set(names)) < len(names):  # which of two columns of one name is numbered depends on what the row holds
        return [_text(json.dumps(named_cells(cells, run.layout), ensure_ascii=False)) for cells in zip(*run.columns, strict=True)]
    members = [_members(name, raw_texts(values)) for name, values in zip(names, run.columns, strict=True)]
    return ["{" + "".join(each)[:-1] + "}" for each in zip(*members, strict=True)]


def _members(name: str, texts: Sequence[str]) -> list[str]:
    """A column's members of the documents, each with its comma; nothing for empty cells."""
    before = _quoted(name) + ": "

    def member(text: str) -> str:
        return f"{before}{_quoted(text)}," if text.strip("\x00") else ""

    if repeat(texts):
        return list(map(_Known(member).__getitem__, texts))
    if _IN_JSON.search("".join(texts)):
        return list(map(member, texts))
    before += '"'
    return [f'{before}{text}",' if text else "" for text in texts]


def _quoted(text: str) -> str:
    """A JSON string as it stands in a field; it loses its NUL characters, which the database does not take."""
    return encode_basestring(text.replace("\x00", "")).replace("\\", "\\\\")
