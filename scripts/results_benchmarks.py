"""Benchmarks of results: the figures of a large study beside one plain pass over the same file."""

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from callcenter.estimates.tabulation import Tabulation
from callcenter.estimates.variance import Sample
from scripts.export_benchmarks import exporting
from scripts.export_load_benchmarks import under_exports
from scripts.measuring import Measured, measured

INTERVIEWS, QUESTIONS, DISTRICTS, STRATA = 100_000, 120, 16, 48
CODES = ("a", "b", "c", "d", "e")
NUMBERS = QUESTIONS // 4
"""So many of the questions are numbers; the others are single choices."""


def results(interviews: int = INTERVIEWS) -> list[Measured]:
    """All of them; `interviews` is the size of the study."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.parquet"
        make(file, interviews)
        return [estimating(file, interviews), *exporting(file, interviews), *under_exports()]


def make(file: Path, interviews: int) -> None:
    """A study's answers, one row an interview: stratum, district, weight, codes as text and numbers, a tenth missing."""
    r = np.random.default_rng(7)
    strata = r.integers(0, STRATA, interviews)
    answers: dict[str, Any] = {"stratum": strata, "district": strata % DISTRICTS, "weight": r.uniform(1, 9, interviews).round(3)}
    codes = pd.Series(CODES)
    for number in range(QUESTIONS):
        missing = r.random(interviews) < 0.1
        if number < NUMBERS:
            answers[f"q{number}"] = pd.arrays.FloatingArray(r.gamma(2, 4, interviews).round(1), missing)
        else:
            answers[f"q{number}"] = codes.take(r.integers(0, len(CODES), interviews)).to_numpy(dtype=object)
            answers[f"q{number}"][missing] = None
    frame = pd.DataFrame(answers)  # noqa: F841  # DuckDB finds it by its name
    duckdb.sql("SET enable_progress_bar = false")
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{file}' (FORMAT parquet)")


def estimating(file: Path, interviews: int) -> Measured:
    """Means and shares with standard errors of every question in every district, from the file."""
    what = f"means and shares of {QUESTIONS} questions by {DISTRICTS} districts with errors, {interviews:,} interviews"
    weighted = ", ".join([_mean(f"q{n}") for n in range(NUMBERS)] + [_share(f"q{n}") for n in range(NUMBERS, QUESTIONS)])
    plain = f"SELECT district, {weighted} FROM '{file}' GROUP BY district"
    return measured(
        "estimates", what, "one weighted GROUP BY pass in DuckDB", lambda: figures(file), lambda: duckdb.sql(plain).fetchall(), aim=20
    )


def figures(file: Path) -> int:
    """The whole way from the file to every figure; how many there are."""
    listed = "[" + ", ".join(f"'{code}'" for code in CODES) + "]"
    coded = ", ".join(f"coalesce(list_position({listed}, q{n}) - 1, -1)::TINYINT AS q{n}" for n in range(NUMBERS, QUESTIONS))
    plain = ", ".join(f"coalesce(q{n}, 'nan'::DOUBLE) AS q{n}" for n in range(NUMBERS))
    columns = duckdb.sql(f"SELECT stratum, district, weight, {plain}, {coded} FROM '{file}'").fetchnumpy()
    strata = columns["stratum"].astype(np.intp)
    sizes = 10.0 * np.bincount(strata, minlength=STRATA)
    cut = Tabulation(Sample.of(strata, columns["weight"], sizes), columns["district"].astype(np.intp), DISTRICTS)
    everybody = np.ones(len(strata), dtype=np.bool_)
    made = [cut.means(np.asarray(columns[f"q{n}"], dtype=np.float64), everybody) for n in range(NUMBERS)]
    made += [cut.shares(columns[f"q{n}"].astype(np.intp), len(CODES)) for n in range(NUMBERS, QUESTIONS)]
    return sum(block.se.size for block in made)


def _mean(name: str) -> str:
    return f"sum(weight * {name}) / sum(weight)"


def _share(name: str) -> str:
    """One share a question; ours gives all five."""
    return f"sum(weight * ({name} = '{CODES[0]}')::INTEGER) / sum(weight)"
