"""Figures against R `survey` 4.1.1 on its own api data; agree_with_r.R beside this file holds the R code that made r_survey.csv."""

import csv
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from callcenter.estimates.table import Table, Wanted, estimates, sample_of

HERE = Path(__file__).parent
WANTED = Wanted(["api00", "enroll", "target"], ["api00", "enroll", "target"], ["awards"], ["api.stu/enroll"], ["api00"])
DESIGNS: dict[str, tuple[str, dict[str, str | None]]] = {
    "strata": ("apistrat.csv", {"strata": "stype", "fpc": "fpc", "weights": None, "cluster": None}),
    "no_fpc": ("apistrat.csv", {"strata": "stype", "fpc": None, "weights": "w", "cluster": None}),
    "clusters": ("apiclus1.csv", {"strata": None, "fpc": "fpc", "weights": None, "cluster": "dnum"}),
    "lone": ("lone.csv", {"strata": "stype", "fpc": "fpc", "weights": None, "cluster": None}),
}
R = list(csv.DictReader((HERE / "r_survey.csv").read_text(encoding="utf-8").splitlines()))


@cache
def ours(design: str) -> dict[tuple[str, ...], dict[str, Any]]:
    file, columns = DESIGNS[design]
    rows = list(csv.DictReader((HERE / file).read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row["w"] = str(1 + int(row["snum"]) % 7)
    table = Table({name: [row[name] for row in rows] for name in rows[0]}, range(2, len(rows) + 2))
    sample = sample_of(table, **columns)
    found = estimates(table, sample, WANTED) + estimates(table, sample, WANTED, "awards")
    return {(row["statistic"], row["variable"], row["level"] or "", row["by"] or ""): row for row in found}


@pytest.mark.parametrize("row", R, ids=lambda row: "-".join(row[name] for name in ("design", "statistic", "variable", "level", "by")))
def test_figure_agrees_with_r(row: dict[str, str]) -> None:
    found = ours(row["design"])[row["statistic"], row["variable"], row["level"], row["by"]]
    assert found["n"] == int(row["n"])
    assert found["estimate"] == pytest.approx(float(row["estimate"]), rel=1e-10)
    assert found["se"] == pytest.approx(float(row["se"]), rel=1e-9, abs=1e-12)
    if row["statistic"] == "prop" and float(row["estimate"]) in (0, 1):
        # R prints the point at which its fit stopped: there is no such interval.
        assert found["low"] is None
        assert found["high"] is None
        return
    for end in ("low", "high"):
        assert found[end] == pytest.approx(float(row[end]), rel=1e-7)
    if row["deff"] and row["statistic"] != "median":
        assert found["deff"] == pytest.approx(float(row["deff"]), rel=1e-9)


def test_r_was_asked_about_every_kind_of_figure_and_design() -> None:
    assert {row["statistic"] for row in R} == {"mean", "total", "prop", "ratio", "median"}
    assert {row["design"] for row in R} == set(DESIGNS)
    assert not any(math.isnan(float(row["estimate"])) for row in R)
