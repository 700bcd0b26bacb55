from datetime import UTC, date, datetime, timedelta

import pytest

from callcenter.web import formats
from callcenter.web.translations import speak


def test_moments_are_in_field_time_with_their_weekday() -> None:
    assert formats.moment(datetime(2022, 6, 1, 6, 5, tzinfo=UTC)) == "2022-06-01 周三 14:05"
    assert formats.moment(datetime(2022, 6, 1, 18, 5, tzinfo=UTC)) == "2022-06-02 周四 02:05"
    assert formats.moment(None) == "–"
    assert formats.day(date(2022, 6, 5)) == "2022-06-05 周日"
    assert formats.clock_time(datetime(2022, 6, 1, 6, 5, 22, tzinfo=UTC)) == "14:05:22"


@pytest.mark.parametrize(
    ("span", "written"),
    [(0, "0秒"), (45, "45秒"), (200, "3分20秒"), (timedelta(hours=2, minutes=5), "2小时05分"), (None, "–"), (59.6, "1分00秒")],
)
def test_durations(span: timedelta | float | None, written: str) -> None:
    assert formats.duration(span) == written


def test_shares_tell_their_base() -> None:
    assert formats.share(98, 160) == "61.3 %，98/160"
    assert formats.share(1, 3) == "33.3 %，1/3"
    assert formats.share(0, 0) == "–"
    assert formats.share(None, 5) == "–"


def test_english_when_spoken() -> None:
    speak("en")
    try:
        assert formats.moment(datetime(2022, 6, 1, 6, 5, tzinfo=UTC)) == "2022-06-01 Wed 14:05"
        assert formats.duration(200) == "3 min 20 s"
    finally:
        speak("zh")


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613612341234", "136****1234"),
        ("13612341234", "136****1234"),
        ("+862224532093", "022-****2093"),
        ("+8631112345678", "0311-****5678"),
        ("+861012345678", "010-****5678"),
        ("96599966", "****9966"),
        ("110", "****"),
        ("", "–"),
        (None, "–"),
    ],
)
def test_masked_numbers_cannot_be_dialled(phone: str | None, shown: str) -> None:
    assert formats.masked_phone(phone) == shown


def test_names_keep_one_character() -> None:
    assert [formats.masked_name(name) for name in ("张三", "欧阳修文", "", None)] == ["张*", "欧**", "–", "–"]


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [formats.number(value, 1) for value in (-0.04, 0.04, -0.06, -1204.5)] == ["0.0", "0.0", "-0.1", "-1,204.5"]
