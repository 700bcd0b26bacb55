import pytest

from callcenter.frame.search import read
from callcenter.lists.credit_codes import check_character


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("91120116MA05TEST4X", "name", "91120116MA05TEST4X"),
        (" ９１１２０１１６ＭＡ０６ ", "name", "91120116MA06"),
        ("136 1234 5678", "phone", "+8613612345678"),
        ("022-24532093", "phone", "+862224532093"),
        ("24532093", "phone", "+862224532093"),
        ("#12", "case", "12"),
        ("123456", "case", "123456"),
        ("天津 某某　公司", "name", "天津某某公司"),
        ("津", "nothing", ""),
        ("", "nothing", ""),
        ("  ", "nothing", ""),
    ],
)
def test_what_was_typed_is_told(typed: str, kind: str, value: str) -> None:
    wanted = read(typed)
    assert (wanted.kind, wanted.value) == (kind, value)


def test_a_valid_code_is_a_code_however_it_is_written() -> None:
    code = "91120116MA05TEETA"
    code += check_character(code)
    for typed in (code, code.lower(), code[:8] + "　" + code[8:]):
        assert (read(typed).kind, read(typed).value) == ("code", code)
