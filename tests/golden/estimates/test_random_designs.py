"""Small random designs (strata, clusters, weights with zeros, lone and certain units, missing values, tiny domains) against R `survey`.

random_designs.R beside this file holds the R code that made random_r.csv; make_random_designs.py made the designs.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from callcenter.estimates.table import Table, Wanted, estimates, sample_of

HERE = Path(__file__).parent
WANTED = Wanted(["y"], ["y"], ["k"], ["y/x"], ["y"])


def _read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


KINDS = {row["design"]: row for row in _read("random_kinds.csv")}
DATA, R = _read("random_data.csv"), _read("random_r.csv")


def ours(design: str) -> dict[tuple[str, ...], dict[str, Any]]:
    kind, rows = KINDS[design], [row for row in DATA if row["design"] == design]
    table = Table({name: [row[name] for row in rows] for name in rows[0]}, range(2, len(rows) + 2))
    named = {"strata": "s", "fpc": "N", "weights": "w", "cluster": "c"}
    sample = sample_of(table, **{option: column if kind[option] == "1" else None for option, column in named.items()})
    found = estimates(table, sample, WANTED) + estimates(table, sample, WANTED, "g")
    return {(row["statistic"], row["level"] or "", row["by"] or ""): row for row in found}


def comparable(row: dict[str, str]) -> list[str]:
    """The fields in which R's figure is more than rounding: with one degree of freedom its logit interval runs out of digits."""
    if not row["estimate"]:
        return ["estimate"]
    fields = ["estimate", "se"]
    if row["statistic"] != "prop" or row["degrees"] != "1":
        fields += ["low", "high"]
    if row["statistic"] != "median" and float(row["deff"] or 1) > 1e-12 and float(row["se"] or 0) > 1e-12:
        fields.append("deff")
    return fields


@pytest.mark.parametrize("design", sorted({row["design"] for row in R}, key=int))
def test_every_figure_of_a_random_design_agrees_with_r(design: str) -> None:
    found = ours(design)
    for row in (row for row in R if row["design"] == design):
        figure = found[row["statistic"], row["level"], row["by"]]
        assert figure["n"] == int(row["n"]), row
        for field in comparable(row):
            expected = float(row[field]) if row[field] else None
            assert figure[field] == (expected if expected is None else pytest.approx(expected, rel=1e-7, abs=1e-12)), (field, row)
