"""Whatever the house writes into cells, one rule says what a spreadsheet would take for a formula."""

import re
from pathlib import Path

import duckdb

from callcenter.exports.tabular import tamed as tamed_in_sql
from callcenter.lists.formulas import tamed

HERE = Path(__file__).parents[3]
ACTING = ["=1+1", "+86", "-1+1", "@SUM", "＝1+1", "＋1", "－1", "＠A1", "\t=1", "\r1", "\n1", "  =1", " ＝1", "-", "-x"]
HARMLESS = ["", "a=1", "天津+公司", "-5", "-5.25", "–", "1-2", " a", "'=1", "5", "（-）"]
SIGNS_IN_CODE = re.compile(r"""["']=["'],\s*["']\+["']|["']=\+-|["']=\+\\\\-""")


def test_what_acts_is_tamed_and_the_rest_stays() -> None:
    assert [tamed(text) for text in (*ACTING, *HARMLESS)] == [*(f"'{text}" for text in ACTING), *HARMLESS]


def test_packages_written_by_the_database_hold_the_same_rule() -> None:
    query = f"SELECT {tamed_in_sql('t')} FROM (SELECT unnest($1) AS t)"
    found = duckdb.execute(query, [[*ACTING, *HARMLESS]]).fetchall()
    assert [row[0] for row in found] == [tamed(text) for text in (*ACTING, *HARMLESS)]


def test_nowhere_else_is_a_list_of_such_signs() -> None:
    files = [file for part in ("callcenter", "dashboards") for file in (HERE / part).rglob("*.py")]
    assert [file.name for file in files if SIGNS_IN_CODE.search(file.read_text(encoding="utf-8"))] == ["formulas.py"]
