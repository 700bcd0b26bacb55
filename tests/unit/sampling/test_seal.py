"""How long a draw stays sealed."""

from datetime import date

import pytest

from callcenter.sampling.seal import SealedDraw, may_open, sealed_until

FIRST, SECOND = (date(2022, 6, 1), date(2022, 6, 17)), (date(2022, 7, 28), date(2022, 8, 14))


def draw(
    number: int, coordination: str = "independent", secret: str = "", window: tuple[date, date] | None = FIRST, study: int = 1
) -> SealedDraw:
    return SealedDraw(number, study, coordination, secret or f"hash {number}", window)


@pytest.mark.parametrize(
    ("one", "others", "until"),
    [
        (draw(1), [], FIRST[1]),
        (draw(1), [draw(2, window=SECOND)], FIRST[1]),  # its secret gives nobody else away
        (draw(1), [draw(2, window=SECOND, secret="hash 1")], SECOND[1]),  # one secret for both
        (draw(1, "positive"), [draw(2, "negative", window=SECOND)], SECOND[1]),  # both go by the study's seed
        (draw(1, "positive"), [draw(2, "positive", window=SECOND, study=2)], FIRST[1]),  # of another study
        (draw(1, window=None), [], None),  # no window known: sealed
        (draw(1, "positive"), [draw(2, "positive", window=None)], None),
    ],
)
def test_a_draw_is_sealed_until_nobody_can_be_given_away(one: SealedDraw, others: list[SealedDraw], until: date | None) -> None:
    assert sealed_until(one, others) == until


def test_the_last_day_of_the_window_is_still_under_seal() -> None:
    assert not may_open(FIRST[1], FIRST[1])
    assert may_open(FIRST[1], date(2022, 6, 18))
    assert not may_open(None, date(2099, 1, 1))
