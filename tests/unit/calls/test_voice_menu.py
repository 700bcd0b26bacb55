from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.call_queue import calling_hours as ch
from callcenter.calls import voice_menu
from callcenter.calls.voice_menu import Offer, Speaker
from callcenter.calls.voice_steps import Ask, HangUp, Keep, Say

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ch.read({})


def spoken(script):
    return "".join(
        one.text
        for step in script.steps
        for one in ((step,) if isinstance(step, Say) else getattr(step, "spoken", ()))
        if isinstance(one, Say)
    )


@pytest.mark.parametrize(
    ("known", "digits", "choice"),
    [(True, "1", "operator"), (True, "2", "later"), (True, "3", "message"), (False, "3", "message"), (False, "1", "none"),
     (True, "", "none"), (True, "9", "none"), (True, "#", "none"), (True, " 1 ", "operator")],
)  # fmt: skip
def test_a_key_means_what_was_said_and_strangers_can_only_leave_words(known, digits, choice):
    assert voice_menu.chosen(known, digits) == choice


def test_those_we_called_hear_who_calls_why_and_three_keys_strangers_the_notice_and_where_to_check_it():
    speaker = Speaker("某市企业电话调查", "022-27509182")
    known, stranger = spoken(voice_menu.greeting(7, speaker, known=True)), spoken(voice_menu.greeting(7, speaker, known=False))
    assert "某市企业电话调查" in known and "自愿" in known and "请按1" in known and "请按2" in known
    assert "022-27509182" in stranger and "留言会被录音" in stranger and "请按1" not in stranger


def test_whoever_presses_nothing_is_asked_twice_and_then_let_go():
    steps = voice_menu.greeting(7, Speaker(), known=True).steps
    assert [type(step) for step in steps] == [Ask, Ask, Say, HangUp]
    assert {step.then for step in steps[:2]} == {"menu?call=7"}


def test_words_are_recorded_only_after_it_was_said():
    steps = voice_menu.message(7).steps
    assert "录音" in steps[0].text and isinstance(steps[1], Keep)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2022, 6, 2, 10, 0, tzinfo=ZONE), ["一小时以后", "今天下午", "6月6日上午"]),  # Friday is the Dragon Boat Festival
        (datetime(2022, 6, 2, 16, 50, tzinfo=ZONE), ["6月6日上午", "6月6日下午", "6月7日上午"]),
        (datetime(2022, 6, 7, 8, 0, tzinfo=ZONE), ["一小时以后", "今天下午", "明天上午"]),
    ],
)
def test_the_times_offered_lie_in_our_hours(now, words):
    offers = voice_menu.offers(HOURS, now, None)
    assert [offer.words for offer in offers] == words
    assert all(ch.is_open(HOURS, offer.at) for offer in offers)


def test_no_time_is_offered_after_the_last_day_and_each_is_spoken_with_its_key():
    now = datetime(2022, 6, 2, 10, 0, tzinfo=ZONE)
    assert [one.words for one in voice_menu.offers(HOURS, now, datetime(2022, 6, 3, tzinfo=ZONE))] == ["一小时以后", "今天下午"]
    assert "今天下午请按1，明天上午请按2" in spoken(voice_menu.times(7, [Offer(now, "今天下午"), Offer(now, "明天上午")]))
