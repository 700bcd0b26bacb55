"""Benchmarks of exports: SPSS beside a bare writer, and how much more memory ten times as many interviews take."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyreadstat

from callcenter.estimates.results import weighting
from callcenter.estimates.weights import Stratum
from callcenter.exports import content, statistical, tabular
from callcenter.exports.dataset import Dataset
from callcenter.exports.variables import Asked
from scripts.measuring import Measured, compared, measured

STEP = 2_000
MOMENT = "2022-06-02T10:00:00+08:00"
FLAT = 1.3
"""So much more memory five and ten times as many interviews may take."""


def exporting(file: Path, interviews: int) -> list[Measured]:
    """All of them, from the Parquet file of `results`."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.parquet"
        with duckdb.connect() as twice:
            some = ", ".join(["stratum", "district", "weight", *(f"q{number}" for number in range(0, 120, 3))])
            twice.execute(
                f"COPY (SELECT {some} FROM (FROM '{file}' UNION ALL FROM '{file}')) TO '{large}' (FORMAT parquet, ROW_GROUP_SIZE 10000)"
            )
        return [saving(file, interviews), *memory(large, (interviews // 5, interviews, 2 * interviews))]


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


def memory(file: Path, sizes: Sequence[int]) -> list[Measured]:
    """Peak memory in MB (where seconds stand elsewhere) of a package's way from answers to CSV, Parquet, long table and figures.

    Each size in a process of its own, beside the smallest.
    """
    peaks = {}
    for count in sizes:
        told = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "scripts.export_benchmarks", str(file), str(count)], capture_output=True, text=True, check=True
        )
        peaks[count] = float(json.loads(told.stdout)["megabytes"])
    least = min(peaks)
    what = "MB at the most for weights, wide and long CSV and Parquet, figures of {:,} interviews, 40 questions"
    beside = f"MB for {least:,} interviews"
    return [compared("memory", what.format(count), beside, peak, peaks[least], aim=FLAT) for count, peak in peaks.items() if count > least]


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
            numbered = f"SELECT file_row_number + 1 AS id, * FROM read_parquet('{file}', file_row_number = true)"
            rows = f"({numbered} WHERE file_row_number < {interviews})"
            fixed = f"'d' || district, 'main', '1.1', 'I', 1, 1, 'q v1', '{MOMENT}', '{MOMENT}', 300"
            source.execute(f"COPY (SELECT id, 'u' || id, 's' || stratum, {fixed} FROM {rows}) TO '{at}' (FORMAT csv, HEADER false)")
            data.add_cases(at)
            weights = weighting(_strata(data, "released"), data.released())
            data.name_cases((case.id, f"{case.id:016x}", weights.base[case.id], weights.final[case.id]) for case in data.released())
            values = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
            for first in range(1, interviews + 1, STEP):
                some = f"SELECT id, {values} FROM {rows} WHERE file_row_number BETWEEN {first - 1} AND {first + STEP - 2}"
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
        strata = _strata(data, "cases")
        content.figures(data, strata, weighting(strata, data.released("cases")), {}, 5)
        print(json.dumps({"megabytes": _most_held()}))


def _strata(data: Dataset, table: str) -> list[Stratum]:
    counted = data.run(f"SELECT stratum, count(*) FROM {table} GROUP BY stratum ORDER BY stratum").fetchall()
    return [Stratum(name, 3 * count, count) for name, count in counted]


def _most_held() -> float:
    """The most memory that this process held. What the system tells of its children counts the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 1024
    import resource  # noqa: PLC0415  # not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _peak(*sys.argv[1:])
