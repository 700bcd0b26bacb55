"""The files of a package, written into a folder: data in the wanted formats, what describes them, and the manifest over all of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callcenter.exports import codebook, content, ddi, detail_table, method, package, readme, report, statistical, tabular, triple_s
from callcenter.exports.dataset import quoted
from callcenter.exports.gathered import Gathered
from callcenter.exports.sheets import Sheet, as_csv
from callcenter.response_rates.cohorts import Cohort
from callcenter.sampling.certificate import SOFTWARE
from callcenter.studies.phases import FIELD_ZONE

TELLS: dict[str, str] = {
    "attempts": """SELECT c."case", o.operator, t.* EXCLUDE (case_id, operator_id)
        FROM attempts t JOIN cases c USING (case_id) LEFT JOIN operators o USING (operator_id) ORDER BY t.rowid""",
    "dispositions": """SELECT c."case", t.* EXCLUDE (case_id) FROM dispositions t JOIN cases c USING (case_id) ORDER BY t.rowid""",
    "paradata": """SELECT c."case", o.operator, t.* EXCLUDE (case_id, operator_id)
        FROM paradata t JOIN cases c USING (case_id) LEFT JOIN operators o USING (operator_id) ORDER BY t.rowid""",
}
"""Tables that stand beside the answers, without numbers called; operators by pseudonym."""
TEXTS = {"attempts": ("line",), "dispositions": ("reason",), "paradata": ()}
MOMENTS = {
    "attempts": ("placed_at", "ringing_at", "answered_at", "ended_at"),
    "dispositions": ("at",),
    "paradata": ("shown_at", "answered_at"),
}

Step = tuple[str, Callable[[Path], list[str] | None]]


@dataclass
class Making:
    """A package on its way: whose data, where the files go, what a reader must be warned of."""

    of: Gathered
    folder: Path
    formats: Sequence[str]
    warnings: list[str] = field(default_factory=list)
    open: dict[str, int] = field(default_factory=dict)
    """Cases that have no final code yet, by their code."""


def write(
    of: Gathered,
    folder: Path,
    formats: Sequence[str],
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    kept: Callable[[str, Path], bool] = lambda *_: False,
    keep: Callable[[str, Path], None] = lambda *_: None,
) -> dict[str, Any]:
    """Write all files of a package and return its manifest.

    `kept` puts a file that was written before an interruption where it belongs and says so; `keep` is told of each that is new.
    """
    of.data.finish()
    made = Making(of, folder, formats, list(of.data.warnings), content.not_final(of.data))
    steps = list(_steps(made))
    for done, (name, work) in enumerate(steps):
        file = folder / name
        if not kept(name, file):
            made.warnings += work(file) or []
            keep(name, file)
        progress(done + 1, len(steps))
    (folder / "README.txt").write_bytes(readme.text(of, sorted(file.name for file in folder.iterdir()), made.warnings).encode())
    return package.seal_folder(folder, about(made))


def _steps(made: Making) -> Iterator[Step]:
    """Every file and how it is written, in an order in which what is asked for first is there first."""
    of, data = made.of, made.of.data
    at = of.as_of.astimezone(FIELD_ZONE) if of.as_of else None
    described = codebook.describe(data)
    book = codebook.sheet(data, described)
    weights = content.strata(data, of.strata, of.weights, of.capped)
    made.warnings += [*content.small_cells(weights), *content.open_cases(made.open), *content.half_coded(data, of.coding)]
    made.warnings += method.unsettled(of.weights)
    rates_json, rates = content.rates(of.cohorts)
    figures = content.figures(data, of.strata, of.weights, of.denying, of.small_base, coding=of.coding)
    title = of.subject.title
    tables = [book, weights, rates, figures]
    steps: dict[str, list[Step]] = {
        "csv": [
            ("answers_wide.csv", lambda file: tabular.wide_csv(data, file)),
            ("answers_long.csv", lambda file: tabular.long_csv(data, file)),
        ],
        "parquet": _parquets(made, tables),
        "sav": [("answers.sav", lambda file: statistical.sav(data, file, title, at))],
        "dta": [("answers.dta", lambda file: statistical.dta(data, file, title, at))],
        "sss": [
            (triple_s.DATA, lambda file: triple_s.data_file(data, file)),
            ("answers.sss", lambda file: _put(file, triple_s.metadata(data, of.subject, at))),
        ],
        "ddi": [("ddi.xml", lambda file: _put(file, ddi.document(of, described)))],
        "xlsx": [("answers.xlsx", lambda file: tabular.workbook(data, [book, weights], file))],
    }
    if of.stage is not None:
        steps["report"] = _report(of.stage)
    for name, of_format in steps.items():
        yield from of_format if name in made.formats else ()
    yield "codebook.xlsx", lambda file: tabular.sheets_workbook([book], file)
    yield "codebook.html", lambda file: _put(file, codebook.page(title, described, made.warnings))
    yield from ((f"{sheet.name}.csv", _csv(sheet)) for sheet in tables)
    yield from ((f"{name}.csv", _sql_csv(made, name, sql)) for name, sql in TELLS.items())
    yield "response_rates.json", lambda file: _put(file, rates_json)
    yield "draw_certificate.json", lambda file: _put(file, content.as_json(of.subject.certificate))
    yield from _with_names(of)


def _parquets(made: Making, tables: Sequence[Sheet]) -> list[Step]:
    data = made.of.data
    steps: list[Step] = [
        ("answers_wide.parquet", lambda file: tabular.parquet(data, data.wide_sql(data.wide_columns()), file, tabular.WIDE_MOMENTS)),
        ("answers_long.parquet", lambda file: tabular.parquet(data, data.long_sql(), file, tabular.LONG_MOMENTS)),
    ]
    steps += [(f"{sheet.name}.parquet", _parquet(made, sheet)) for sheet in tables]
    return steps + [(f"{name}.parquet", _sql_parquet(made, sql, MOMENTS[name])) for name, sql in TELLS.items()]


def _report(stage: dict[str, Any]) -> list[Step]:
    """Detail table and report of the stage that the population is in."""
    return [
        ("detail_table.xlsx", lambda file: detail_table.workbook(stage, file)),
        ("report.docx", lambda file: report.write(stage, file)),
    ]


NAMED = "identities t JOIN cases c USING (case_id)"


def _with_names(of: Gathered) -> Iterator[Step]:
    """What goes to auditors, or to whom identities were granted."""
    if of.for_auditor:
        yield "frame.csv", lambda file: tabular.sql_csv(of.data, "SELECT * FROM frame", ("unit_key", "stratum"), file)
        sample = 'SELECT t.* EXCLUDE (case_id), c."case" FROM sample t LEFT JOIN cases c USING (case_id) ORDER BY t.rowid'
        yield "sample.csv", lambda file: tabular.sql_csv(of.data, sample, ("unit_key", "stratum"), file)
        yield "design.json", lambda file: _put(file, content.as_json(of.design))
    if of.identities:
        named = ("enterprise_name", "uscc", "district", "contact", "phones")
        sql = 'SELECT c."case", t.* EXCLUDE (case_id) FROM ' + NAMED + " ORDER BY c.place"
        yield "identities.csv", lambda file: tabular.sql_csv(of.data, sql, named, file)


def _put(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def _csv(sheet: Sheet) -> Callable[[Path], None]:
    return lambda file: _put(file, as_csv(sheet))


def _parquet(made: Making, sheet: Sheet) -> Callable[[Path], None]:
    return lambda file: tabular.sheet_parquet(made.of.data, sheet, file)


def _sql_parquet(made: Making, sql: str, moments: Sequence[str]) -> Callable[[Path], None]:
    return lambda file: tabular.parquet(made.of.data, sql, file, moments)


def _sql_csv(made: Making, name: str, sql: str) -> Callable[[Path], None]:
    return lambda file: tabular.sql_csv(made.of.data, sql, TEXTS[name], file)


def about(made: Making) -> dict[str, Any]:
    """What a manifest says beside its files: whose data, how they stood, what to be warned of."""
    of, data = made.of, made.of.data
    named = of.identities and {**of.identities, "rows": int(data.one(f"SELECT count(*) FROM {NAMED}"))}
    coded = ", ".join(quoted(each.name) for each in data.asked if each.codes_of) or "''"
    return {
        "study": of.subject.study,
        "stage": of.subject.stage,
        "population": of.subject.population,
        "draw_no": of.subject.draw_no,
        "frame_sha256": of.subject.frame_sha256,
        "design_sha256": of.subject.design_sha256,
        "questionnaires": [{name: row[name] for name in ("name", "version", "sha256")} for row in of.questionnaires],
        "formats": sorted(made.formats),
        "state": {
            "as_of": of.as_of.isoformat() if of.as_of else None,
            "rows": of.state,
            "released": int(data.one("SELECT count(*) FROM cases")),
            "interviewed": int(data.one("SELECT count(DISTINCT place) FROM answers")),
            "valid": of.weights.n_valid,
            "answers": int(data.one(f"SELECT count(*) FROM answers WHERE question NOT IN ({coded})")),
            "coded": sum(each.coded for each in of.coding.values()),
            "attempts": int(data.one("SELECT count(*) FROM attempts")),
            "not_final": made.open,
            "by_category": _categories(of.cohorts),
            "weights_deff": of.weights.kish_deff,
            "weights_effective_n": of.weights.effective_n,
        },
        "identities": named or ("detached" if of.detached else "pseudonyms; identities are still kept in the study"),
        "warnings": made.warnings,
        "software": SOFTWARE,
    }


def _categories(groups: Sequence[Cohort]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for group in groups:
        for category, n in group.categories.items():
            counted[category] = counted.get(category, 0) + n
    return dict(sorted(counted.items()))
