"""Benchmarks of exports: SPSS beside a bare writer, and how much more memory ten times as many interviews take."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyreadstat

from callcenter.exports import statistical, tabular
from callcenter.exports.dataset import Dataset
from callcenter.exports.variables import Asked
from scripts.measuring import Measured, compared, measured

STEP = 2_000
MOMENT = "2022-06-02T10:00:00+08:00"
FLAT = 1.3
"""So much more memory ten times as many interviews may take."""


def exporting(file: Path, interviews: int) -> list[Measured]:
    """All of them, from the Parquet file of `results`."""
    return [saving(file, interviews), memory(file, interviews)]


def saving(file: Path, interviews: int) -> Measured:
    """SPSS from the data set of a package, labels and missing values included, beside the same frame written barely."""
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder), file, interviews) as data:
        frame = data.frame(statistical.columns_of(data))
        names = statistical.describe(statistical.columns_of(data), statistical.SPSS, data).names
        bare = frame.rename(columns=names)
        return measured(
            "sav",
            f"SPSS with labels and missing values, {interviews:,} interviews, from the data set of a package",
            "pyreadstat.write_sav of the same frame",
            lambda: statistical.sav(data, Path(folder) / "ours.sav", "bench", None),
            lambda: pyreadstat.write_sav(bare, str(Path(folder) / "bare.sav")),
            aim=1.5,
        )


def memory(file: Path, interviews: int) -> Measured:
    """Peak memory in MB (where seconds stand elsewhere) of gathering, CSV, Parquet and the long table, each in a process of its own."""
    peaks = []
    for count in (interviews, interviews // 10):
        told = subprocess.run([sys.executable, __file__, str(file), str(count)], capture_output=True, text=True, check=True)  # noqa: S603
        peaks.append(float(json.loads(told.stdout)["megabytes"]))
    what = f"MB at the most for wide and long CSV and Parquet of {interviews:,} interviews"
    return compared("memory", what, f"MB for {interviews // 10:,} interviews", *peaks, aim=FLAT)


@contextmanager
def filled(folder: Path, file: Path, interviews: int) -> Iterator[Dataset]:
    """The data set of a package with the answers of a Parquet file, filled as from the database: step by step from CSV."""
    with duckdb.connect() as source:
        names = [row[0] for row in source.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall() if row[0].startswith("q")]
        kinds = {row[0]: row[1] for row in source.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()}
        codes = tuple((code, f"选项 {code}") for code in "abcde")
        asked = [Asked(name, *(("decimal", name) if kinds[name] == "DOUBLE" else ("select_one", name, codes))) for name in names]
        with Dataset(folder, asked) as data:
            at = folder / "copied.csv"
            rows = f"(SELECT row_number() OVER () AS id, * FROM '{file}' LIMIT {interviews})"
            fixed = f"'d' || district, 'main', '1.1', 'I', 1, 1, 'q v1', '{MOMENT}', '{MOMENT}', 300"
            source.execute(f"COPY (SELECT id, 'u' || id, 's' || stratum, {fixed} FROM {rows}) TO '{at}' (FORMAT csv, HEADER false)")
            data.add_cases(at)
            data.name_cases((case.id, f"{case.id:016x}", 1.0, 1.0) for case in data.released())
            values = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
            for first in range(1, interviews + 1, STEP):
                some = f"SELECT id, {values} FROM {rows} WHERE id BETWEEN {first} AND {first + STEP - 1}"
                turned = f"UNPIVOT ({some}) ON COLUMNS(* EXCLUDE (id)) INTO NAME name VALUE v"
                long = f"SELECT id, name, '', v, NULL, 1, '{MOMENT}', 0 FROM ({turned})"
                source.execute(f"COPY ({long}) TO '{at}' (FORMAT csv, HEADER false)")
                data.add_answers(at)
            data.finish()
            yield data


def _peak(file: str, interviews: str) -> None:
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder), Path(file), int(interviews)) as data:
        tabular.wide_csv(data, Path(folder) / "wide.csv")
        tabular.long_csv(data, Path(folder) / "long.csv")
        tabular.parquet(data, data.wide_sql(data.wide_columns()), Path(folder) / "wide.parquet")
        tabular.parquet(data, data.long_sql(), Path(folder) / "long.parquet")
        import resource  # noqa: PLC0415  # not on every system

        print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    _peak(*sys.argv[1:])
