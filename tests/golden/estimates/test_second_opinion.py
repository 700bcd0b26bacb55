"""Another library's opinion (`svy`, built apart from R) on the same data: mean, total, share, ratio, and means by domain."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import svy

from callcenter.estimates.table import Table, Wanted, estimates, sample_of

API = Path(__file__).parent / "apistrat.csv"


def test_svy_says_the_same_of_the_api_data() -> None:
    data = pl.read_csv(API)
    weighted = data.with_columns((pl.col("fpc") / pl.len().over("stype")).alias("w"))
    other = svy.Sample(weighted, svy.Design(stratum="stype", wgt="w", pop_size="fpc")).estimation
    columns = {name: [str(value) for value in data[name]] for name in data.columns}
    table = Table(columns, range(2, len(data) + 2))
    sample = sample_of(table, "stype", "fpc", None, None)
    ours = estimates(table, sample, Wanted(["api00"], ["enroll"], ["awards"], ["api.stu/enroll"]))
    ours += estimates(table, sample, Wanted(["api00"]), "awards")
    ratio: Any = other.ratio("api.stu", "enroll")
    theirs = [other.mean("api00"), other.total("enroll"), other.prop("awards"), ratio, other.mean("api00", by="awards")]
    told = [(each.est, each.se) for found in theirs for each in found.estimates]
    assert len(told) == len(ours)
    for (estimate, se), row in zip(told, ours, strict=True):
        assert row["estimate"] == pytest.approx(estimate, rel=1e-9)
        assert row["se"] == pytest.approx(se, rel=1e-9)
