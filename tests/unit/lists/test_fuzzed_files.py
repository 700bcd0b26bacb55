"""Whatever bytes arrive: a refusal with a known reason, or verdicts that keep their rules. Nothing else, and nothing printed."""

import csv
import io
import os
import random
import zipfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import phonenumbers
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.lists import reasons as words
from callcenter.lists.phone_numbers import Phone
from callcenter.lists.refusals import ListRefused
from callcenter.lists.verdicts import ListCheck, check
from tests.factories.lists import HEAD, code
from tests.factories.packed import repacked

EXAMPLES = sorted(path for path in (Path(__file__).parents[2] / "golden" / "lists").iterdir() if path.suffix in {".xlsx", ".xls", ".ods"})
TEXTS = sorted(path for path in EXAMPLES[0].parent.glob("*.csv") if not path.name.endswith(".expected.csv"))
WHY = {"unsupported", "encrypted", "corrupt", "bomb", "no_table"}
ORDER = list(words.REASONS)
FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))
"""So many times the usual number of examples: for a long run by hand."""

quick = partial(settings, deadline=None)


def judged(data: bytes) -> ListCheck | None:
    """What comes of the file, its rules checked; nothing where it is refused."""
    try:
        checked = check(data)
    except ListRefused as refusal:
        assert refusal.why in WHY
        assert "重新上报" in str(refusal)
        return None
    totals = checked.totals
    assert totals["rows"] == totals["accepted"] + totals["duplicate"] + totals["rejected"] == len(checked.rows)
    for row in checked.rows:
        assert row.reasons == sorted(set(row.reasons), key=ORDER.index)
        assert_row(checked, row.number)
    return checked


def assert_row(checked: ListCheck, number: int) -> None:
    row = checked.rows[number - 1]
    if row.verdict == "rejected":
        assert row.reasons
        assert set(row.reasons) <= set(ORDER[:4])
        return
    assert row.name
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone.number)) for phone in row.phones[:3])
    assert row.phones
    if row.verdict == "duplicate":
        earlier = checked.rows[(row.duplicate_of or 0) - 1]
        assert earlier.number < row.number
        assert earlier.verdict == "accepted"
        assert {phone.number for phone in row.phones} <= {phone.number for phone in earlier.phones}
    else:
        assert set(row.reasons) <= set(ORDER[5:])


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat, overwrite: a few times."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at, width = chance.randrange(len(spoilt) or 1), chance.choice([1, 1, 2, 4, 16, 200])
        match chance.randrange(6):
            case 0:
                spoilt[at : at + width] = chance.randbytes(width)
            case 1:
                del spoilt[at : at + width]
            case 2:
                spoilt[at:at] = spoilt[at : at + width] * chance.choice([1, 2, 50])
            case 3:
                spoilt[at : at + width] = chance.choice([b"\xff", b"\x00", b"<", b'"', b"9", b"&"]) * width
            case 4:
                other = chance.randrange(len(spoilt) or 1)
                spoilt[at : at + width] = spoilt[other : other + width]
            case _ if chance.random() < 0.2:
                del spoilt[at:]
    return bytes(spoilt)


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> object:
    yield
    assert capfd.readouterr().err == ""


@quick(max_examples=60 * FACTOR)
@given(
    st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", "企业名称,联系电话\n".encode(), b"sep=;\n"]
    ),
    st.binary(max_size=600),
)
def test_any_bytes(start: bytes, rest: bytes) -> None:
    judged(start + rest)


@quick(max_examples=20 * FACTOR)
@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False))
def test_damaged_workbooks(path: Path, chance: random.Random) -> None:
    judged(damaged(path.read_bytes(), chance))


@quick(max_examples=30 * FACTOR)
@given(st.sampled_from([path for path in EXAMPLES if path.suffix != ".xls"]), st.randoms(use_true_random=False))
def test_workbooks_damaged_within_their_parts(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(data)):  # the broken upload among the examples
        return
    spoil = chance.choice([name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.endswith((".xml", ".rels"))])
    judged(repacked(data, lambda name, content: damaged(content, chance) if name == spoil else content))


@quick(max_examples=20 * FACTOR)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_damaged_text_files(path: Path, chance: random.Random) -> None:
    judged(damaged(path.read_bytes()[:8000], chance))


CELLS = st.one_of(
    st.sampled_from(["", "无", "甲公司", "乙公司", "甲 公司", code(1), code(2), code(1).lower(), "东丽", "西青区", "13800000001"]),
    st.sampled_from(["13800000002", "022-24532093转801", "138****0001", "12345", "合计", "一、东丽区", "……", "1", "=1+1", "\u202e甲"]),
    st.sampled_from([*HEAD, "单位名称", "手机"]),
    st.text(max_size=12),
)
MATRICES = st.lists(st.lists(CELLS, max_size=9), max_size=25).map(lambda rows: [list(HEAD), *rows])


def as_text(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def as_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet()
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write_string(place, column, text)
    book.close()
    return out.getvalue()


@quick(max_examples=60 * FACTOR)
@given(MATRICES)
def test_any_cells_get_verdicts_and_always_the_same(rows: list[list[str]]) -> None:
    checked = judged(as_text(rows))
    assert checked is not None
    again = judged(as_text(rows))
    assert again is not None
    assert list(again.rows) == list(checked.rows)
    assert again.totals == checked.totals


def facts(checked: ListCheck) -> Counter[tuple[str, str, str, tuple[Phone, ...]]]:
    return Counter((row.name, row.uscc, row.district, tuple(sorted(row.phones))) for row in checked.rows if row.verdict == "rejected")


@quick(max_examples=30 * FACTOR)
@given(MATRICES, st.randoms(use_true_random=False))
def test_which_rows_are_rejected_does_not_depend_on_their_order(rows: list[list[str]], chance: random.Random) -> None:
    names = {*HEAD, "单位名称", "手机"}
    body = [row for row in rows[1:] if not names & set(row)]  # a header within would open another table, or be the lower row of the first
    mixed = chance.sample(body, len(body))
    first, second = judged(as_text([rows[0], *body])), judged(as_text([rows[0], *mixed]))
    assert first is not None and second is not None  # one claim
    assert facts(first) == facts(second)
    assert len(first.rows) == len(second.rows)


@quick(max_examples=20 * FACTOR)
@given(MATRICES)
def test_text_and_workbook_are_judged_alike(rows: list[list[str]]) -> None:
    printable = [["".join(c for c in cell if c.isprintable()) for cell in row] for row in rows]
    text, book = judged(as_text(printable)), judged(as_workbook(printable))
    assert text is not None and book is not None  # one claim
    assert [(row.name, row.verdict, row.reasons, row.phones) for row in text.rows] == [
        (row.name, row.verdict, row.reasons, row.phones) for row in book.rows
    ]
