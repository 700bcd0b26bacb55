"""The same order out of pandas and DuckDB, computed from seed and key alone."""

import hashlib
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from callcenter.cli import main
from callcenter.sampling.draw import places

PAGE = Path(__file__).parents[3] / "docs/how-to/draw-in-duckdb.md"
KEYS = [f"9112{number:014d}" for number in range(300)] + [f"N:天津{number}企业|和平区" for number in range(60)] + ["é", "e\u0301", "Z", "z"]
UNITS = [(key, ("和平区", "河西区", "未知")[at % 3]) for at, key in enumerate(KEYS)]


@pytest.mark.parametrize("rotation", [0, 1 << 63, 0xFEDCBA9876543210])
def test_pandas_gives_the_same_order(rotation: int) -> None:
    frame = pd.DataFrame(UNITS, columns=["unit_key", "stratum"])
    frame["number"] = [int(hashlib.sha256(f"2026-Q3|{key}".encode()).hexdigest()[:16], 16) for key in frame["unit_key"]]
    frame["number"] = [(number - rotation) % 2**64 for number in frame["number"]]
    frame = frame.sort_values(["stratum", "number", "unit_key"])
    frame["place"] = frame.groupby("stratum").cumcount() + 1
    ours = [(place.unit_key, place.stratum, int(place.prn, 16), place.order) for place in places(UNITS, "2026-Q3", rotation)]
    assert list(frame[["unit_key", "stratum", "number", "place"]].itertuples(index=False, name=None)) == ours


def test_the_queries_of_the_how_to_give_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("frame.csv").write_text("unit_key,stratum\n" + "".join(f"{key},{stratum}\n" for key, stratum in UNITS), encoding="utf-8")
    Path("n.csv").write_text("stratum,n\n和平区,40\n河西区,7\n未知,0\n", encoding="utf-8")
    files = ["frame.csv", "--n-by", "n.csv", "--certificate", "c.json", "--sample", "ours.csv"]
    assert main(["sampling", "draw", *files, "--seed", "2026-Q3"]) == 0
    to_parquet = re.search(r"`(COPY \(FROM read_csv[^`]+)`", PAGE.read_text(encoding="utf-8").replace("\n", " "))
    check, draw = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    with duckdb.connect() as engine:
        engine.execute(to_parquet.group(1) if to_parquet else "")
        assert engine.execute(check).fetchall() == []
        engine.execute(draw)
        assert Path("sample.csv").read_bytes() == Path("ours.csv").read_bytes()
        Path("n.csv").write_text("stratum,n\n和平区,400\n河西区,7\n南开区,1\n", encoding="utf-8")
        wrong = sorted(row[0] for row in engine.execute(check).fetchall())
    assert [line.split(":")[0] for line in wrong] == ["n of 南开区", "n of 和平区", "n of 未知"]
