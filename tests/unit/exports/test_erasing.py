"""No table is forgotten where identities are detached."""

import re

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, Numeric
from sqlmodel import SQLModel

import callcenter.schema
from callcenter.exports.actions.erasing import ERASED, NAMES_NOBODY, STAYS

NO_TEXTS = (BigInteger, Boolean, Date, DateTime, Float, Integer, Numeric)
TEXTS = {
    table.name: {column.name for column in table.columns if not isinstance(column.type, NO_TEXTS)}
    for table in SQLModel.metadata.tables.values()
}
"""Every table with its columns in which somebody could be named."""


def test_every_table_with_text_is_erased_or_names_nobody() -> None:
    assert callcenter.schema
    assert len(TEXTS) > 60
    assert set(ERASED) & set(NAMES_NOBODY) == set()
    assert {name for name, columns in TEXTS.items() if columns} - {*ERASED, *NAMES_NOBODY} == set()
    assert {*ERASED, *NAMES_NOBODY, *STAYS} - set(TEXTS) == set(), "no longer there"


def test_every_text_of_an_erased_table_is_set_anew_or_said_to_stay() -> None:
    for table, sql in ERASED.items():
        if sql.startswith("DELETE"):
            continue
        given = set(re.findall(r"(\w+) = ", sql.split(" WHERE ", 1)[0])) if table != "other_records" else set(re.findall(r"(\w+) = ", sql))
        forgotten = TEXTS[table] - given - set(STAYS.get(table, ()))
        assert forgotten == set(), table
        assert set(STAYS.get(table, ())) <= TEXTS[table], table
