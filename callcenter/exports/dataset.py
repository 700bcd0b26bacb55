"""The data set of a package on disk: cases and answers in a DuckDB file of a temporary folder, so that memory stays the same however many.

`cases` has a row for each released case, `answers` one for each answer. `wide` has the columns of `cases`, and for each question (in each
instance of its repeat) a column `v<k>` (a list where several choices are columns of their own) and `n<k>` for why it was not answered;
its rows lie in the order of cases, so that it is read from one end to the other: to join and sort rows of hundreds of columns takes more
memory than there may be. Codes of several choices are parted by blanks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sys import intern
from types import TracebackType
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from callcenter.exports.found import FOUND, IN_ORDER, UNKNOWN, read_found
from callcenter.exports.variables import CHOOSING, Asked, Found, Variable, renamed, variables, warnings_of

CASE_COLUMNS = {
    "case": "VARCHAR",
    "stratum": "VARCHAR",
    "district": "VARCHAR",
    "release": "VARCHAR",
    "code": "VARCHAR",
    "category": "VARCHAR",
    "valid": "TINYINT",
    "attempts": "INTEGER",
    "questionnaire": "VARCHAR",
    "started_at": "VARCHAR",
    "ended_at": "VARCHAR",
    "seconds": "INTEGER",
    "base_weight": "DOUBLE",
    "weight": "DOUBLE",
}
CASE_FILE = {"case_id": "BIGINT", "unit_key": "VARCHAR"} | {
    name: kind for name, kind in CASE_COLUMNS.items() if name not in ("case", "base_weight", "weight")
}
ANSWER_COLUMNS = {
    "case_id": "BIGINT",
    "question": "VARCHAR",
    "instance": "VARCHAR",
    "value": "VARCHAR",
    "nonanswer": "VARCHAR",
    "version": "INTEGER",
    "answered_at": "VARCHAR",
    "shared": "TINYINT",
}
MEMORY = "128MB"
STEP = 2_500
"""Cases that are put side by side at a time."""
GROUP = 5_000
"""Rows of a Parquet row group: small, because a writer holds one whole."""
ROWS = 2_000
VECTORS = 10
"""Vectors (of 2,048 rows) that become a data frame at a time: DuckDB itself holds no more than these."""


class ReleasedCase(NamedTuple):
    """What weights need of a case."""

    id: int
    stratum: str
    code: str
    category: str
    valid: bool
    unit_key: str
    district: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a file: its name, the SQL that gives it, and the variable that it is, where it is one."""

    name: str
    sql: str
    variable: Variable | None = None
    nonanswer_of: str = ""


class Dataset:
    """Cases and answers of a package; filled once, then only read."""

    def __init__(self, folder: Path, asked: Sequence[Asked]) -> None:
        self.folder = folder
        self.asked = list(asked)
        self.variables: list[Variable] = []
        self.found: dict[str, Found] = {}
        self.warnings: list[str] = []
        self._spots: dict[tuple[str, str], int] = {}
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": "1",
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spilled"),
        }
        self.connection = duckdb.connect(str(folder / "data.duckdb"), config=settings)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in CASE_COLUMNS.items())
        self.run(f"CREATE TABLE cases (place INTEGER, case_id BIGINT, {columns})")
        self.run("CREATE TABLE asked (no INTEGER, name VARCHAR, kind VARCHAR, choosing BOOLEAN)")
        self.run("CREATE TABLE choices (question VARCHAR, no INTEGER, code VARCHAR, label VARCHAR)")
        answers = ", ".join(f"{name} {kind}" for name, kind in ANSWER_COLUMNS.items() if name != "case_id")
        self.run(f"CREATE TABLE answers (place INTEGER, {answers})")
        self._keep_questions()

    def __enter__(self) -> "Dataset":
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self.connection.close()

    def run(self, sql: str, given: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """One statement."""
        return self.connection.execute(sql, list(given))

    def one(self, sql: str, given: Sequence[Any] = ()) -> Any:
        """The first cell of what a statement gives."""
        rows = self.run(sql, given).fetchall()
        return rows[0][0] if rows else None

    def _keep_questions(self) -> None:
        kept = [(no, each.name, each.kind, each.kind in CHOOSING) for no, each in enumerate(self.asked)]
        self.insert("asked", pd.DataFrame(kept, columns=["no", "name", "kind", "choosing"]))
        choices = [(each.name, no, code, label) for each in self.asked for no, (code, label) in enumerate(each.choices)]
        self.insert("choices", pd.DataFrame(choices, columns=["question", "no", "code", "label"]))

    def insert(self, table: str, frame: pd.DataFrame) -> None:
        """Rows of a data frame, its columns in the order of the table."""
        if len(frame):
            self.connection.register("given", frame)
            self.run(f"INSERT INTO {table} SELECT * FROM given")
            self.connection.unregister("given")

    def read_csv(self, columns: Mapping[str, str]) -> str:
        """SQL that reads a file (its path is the statement's parameter) as PostgreSQL's COPY writes it: NULL is an empty cell."""
        kinds = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
        read = f"read_csv(?, header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {{{kinds}}}"
        return read + ", nullstr = '', allow_quoted_nulls = false, max_line_size = 8000000, parallel = false)"

    def add_table(self, name: str, columns: Mapping[str, str], file: Path) -> None:
        """A table beside cases and answers, from a file as COPY writes it."""
        self.run(f"CREATE TABLE {name} AS SELECT * FROM {self.read_csv(columns)}", [str(file)])

    def add_cases(self, file: Path) -> None:
        """Cases in the order of the file, from a file as COPY writes it with the columns `CASE_FILE`."""
        self.run("CREATE SEQUENCE places MINVALUE 0 START 0")  # a window over all rows would hold all of them
        given = f"SELECT CAST(nextval('places') AS INTEGER) AS place, * FROM {self.read_csv(CASE_FILE)}"
        self.run(f"CREATE TABLE released AS {given}", [str(file)])

    def released(self, table: str = "released") -> Iterator[ReleasedCase]:
        """What weights and figures need of each case, in the order of the file; from `cases` without whose it is."""
        whose = "unit_key" if table == "released" else "''"
        found = self.rows_of(f"SELECT case_id, stratum, code, category, valid = 1, {whose}, district FROM {table} ORDER BY place")
        return (ReleasedCase(row[0], intern(row[1]), intern(row[2]), intern(row[3]), row[4], row[5], intern(row[6])) for row in found)

    def name_cases(self, named_cases: Iterable[tuple[int, str, float, float]]) -> None:
        """Give each case its pseudonym and weights (case id, pseudonym, base weight, weight; in the order of `released`); forget whose."""
        listed = ", ".join(f'"{name}"' for name in CASE_COLUMNS)
        waiting, first = iter(named_cases), 0
        while some := list(islice(waiting, GROUP)):
            self.connection.register("given", pd.DataFrame(some, columns=["case_id", "case", "base_weight", "weight"]))
            of = f"(SELECT * FROM released WHERE place BETWEEN {first} AND {first + len(some) - 1})"
            self.run(f"INSERT INTO cases SELECT place, case_id, {listed} FROM {of} JOIN given USING (case_id) ORDER BY place")
            self.connection.unregister("given")
            first += len(some)
        self.run("DROP TABLE released")

    def add_answers(self, file: Path) -> None:
        """Answers of cases that are there, from a CSV file with the columns `ANSWER_COLUMNS`, without a header; NULL is an empty cell."""
        given = ", ".join(f"a.{name}" for name in ANSWER_COLUMNS if name != "case_id")
        order = IN_ORDER.format("a.")
        self.run(
            f"INSERT INTO answers SELECT c.place, {given} FROM {self.read_csv(ANSWER_COLUMNS)} a JOIN cases c USING (case_id) "
            f"LEFT JOIN asked q ON q.name = a.question ORDER BY c.place, q.no NULLS LAST, a.question, {order} NULLS FIRST",
            [str(file)],
        )

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Find out what columns there are, and put the answers of each case side by side."""
        codes = {row[0]: tuple(row[1]) for row in self.run(UNKNOWN).fetchall()}
        self.found = {row[0]: read_found(row, codes.get(row[0], ())) for row in self.run(FOUND).fetchall()}
        self.variables = variables(self.asked, self.found, CASE_COLUMNS)
        self.warnings += [*warnings_of(self.asked, self.found), *renamed(self.variables)]
        spots = list(dict.fromkeys((each.question, each.instance) for each in self.variables))
        self._spots = {spot: number for number, spot in enumerate(spots)}
        keys = pd.DataFrame([(q, i, k) for (q, i), k in self._spots.items()], columns=["question", "instance", "k"])
        self.run("CREATE TABLE spots (question VARCHAR, instance VARCHAR, k INTEGER)")
        self.insert("spots", keys)
        self._put_side_by_side(progress)

    def _put_side_by_side(self, progress: Callable[[int], None]) -> None:
        kinds = {self._spots[each.question, each.instance]: _kept_as(each) for each in self.variables}
        held = [f"{kind.format(f'max(value) FILTER (k = {k})')} AS v{k}" for k, kind in kinds.items()]
        held += [f"max(nonanswer) FILTER (k = {k}) AS n{k}" for (name, _), k in self._spots.items() if self._refused(name)]
        given = f"SELECT {', '.join(['place', *held])} FROM answers a JOIN spots s USING (question, instance) WHERE place BETWEEN ? AND ?"
        select = f"SELECT * FROM cases c LEFT JOIN ({given} GROUP BY place) w USING (place) WHERE c.place BETWEEN ? AND ? ORDER BY place"
        self.run(f"CREATE TABLE wide AS {select}", [1, 0, 1, 0])
        cases = int(self.one("SELECT count(*) FROM cases"))
        for first in range(0, cases, STEP):
            self.run(f"INSERT INTO wide {select}", 2 * [first, first + STEP - 1])
            progress(min(first + STEP, cases))

    def _refused(self, question: str) -> bool:
        return bool(self.found.get(question, Found()).nonanswers)

    def spot(self, variable: Variable) -> int:
        """Which column of `wide` a variable is made from."""
        return self._spots[variable.question, variable.instance]

    def refused(self, variable: Variable) -> bool:
        """Whether anybody gave a non-answer to its question."""
        return self._refused(variable.question)

    def wide_columns(self) -> list[Column]:
        """Every column of the wide table: those of each case, then each variable, with why it was not answered after it."""
        columns = [Column(name, f'w."{name}"') for name in CASE_COLUMNS]
        for place, each in enumerate(self.variables):
            columns.append(Column(each.name, self.value_sql(each), each))
            last = place + 1 == len(self.variables) or self.spot(self.variables[place + 1]) != self.spot(each)
            if last and each.nonanswer_name:
                columns.append(Column(each.nonanswer_name, f"w.n{self.spot(each)}", nonanswer_of=each.question))
        return columns

    def value_sql(self, variable: Variable) -> str:
        """The SQL of a variable's value as it was given."""
        held = f"w.v{self.spot(variable)}"
        if variable.kind == "chosen":
            return f"CAST(list_contains({held}, {quoted(variable.option)}) AS TINYINT)"
        return f"nullif({held}[{int(variable.option)}], '')" if variable.option else held

    def rows_of(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, some at a time, while the connection may do other work."""
        with self.connection.cursor() as found:
            found.execute(sql)
            while rows := found.fetchmany(ROWS):
                yield from rows

    def wide_sql(self, columns: Sequence[Column]) -> str:
        """A statement that gives these columns, a row for each case."""
        listed = ", ".join(f"{each.sql} AS {named(each.name)}" for each in columns)
        return f"SELECT {listed} FROM wide w"

    def long_sql(self) -> str:
        """A statement that gives a row for each answer, with what its code means."""
        return """SELECT c."case" AS "case", a.question, a.instance, a."value" AS "value",
            CASE WHEN q.kind = 'select_one' THEN l.label WHEN q.choosing THEN list_aggregate(list_transform(string_split(a."value", ' '),
                lambda code: m.labels[code]), 'string_agg', '；') END AS label,
            a.nonanswer, a.version, a.answered_at, a.shared
            FROM answers a JOIN cases c USING (place) LEFT JOIN asked q ON q.name = a.question
            LEFT JOIN choices l ON l.question = a.question AND l.code = a."value"
            LEFT JOIN (SELECT question, map_from_entries(list((code, label))) AS labels FROM choices GROUP BY question) m
                ON m.question = a.question
            ORDER BY a.place, q.no NULLS LAST, a.question, {order} NULLS FIRST""".format(order=IN_ORDER.format("a."))

    def frame(self, columns: Sequence[Column]) -> pd.DataFrame:
        """These columns as a data frame: for formats that must hold everything at once."""
        found = self.run(self.wide_sql(columns))
        held = [found.fetch_df_chunk(VECTORS)]
        while len(held[-1]):
            held.append(found.fetch_df_chunk(VECTORS))
        return pd.concat(held[:-1] or held, ignore_index=True)


def _kept_as(variable: Variable) -> str:
    """How `wide` holds the answers to its question: several choices parted once, not for each of their columns."""
    if variable.option:
        return "string_split({}, ' ')"
    if variable.kind != "number":
        return "{}"
    return "CAST({} AS BIGINT)" if variable.whole else "CAST({} AS DOUBLE)"


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(text: str) -> str:
    """A name as SQL takes it."""
    return '"' + text.replace('"', '""') + '"'
