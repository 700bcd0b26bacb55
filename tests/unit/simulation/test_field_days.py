from datetime import datetime, timedelta

from callcenter.call_queue.calling_hours import Hours
from callcenter.simulation.field_days import LONG, FieldDays
from callcenter.telephony.carrier.respondents import ZONE

START = datetime(2022, 6, 1, 9, 0, tzinfo=ZONE)
END = datetime(2022, 6, 17, 17, 30, tzinfo=ZONE)


class Clock:
    def __init__(self):
        self.now = START

    def jump(self, moment):
        self.now = max(self.now, moment)


class Carrier:
    def __init__(self, clock):
        self.clock, self.due, self.steps = clock, None, []

    def step(self):
        self.steps.append(self.clock.now)
        self.due = None

    def is_due(self, now):
        return self.due is not None and self.due <= now

    def expect(self, moment):
        self.due = min(self.due or moment, moment)


class Operator:
    """Acts at the moments given; then idle, expecting more or not."""

    def __init__(self, moments, *, expects=()):
        self.plan, self.expects = list(moments), list(expects)
        self.wake, self.idle, self.expects_more = self.plan.pop(0), False, True
        self.placed_at, self.hung_up, self.acted = None, False, []

    def act(self, now):
        self.acted.append(now)
        self.placed_at = now
        if self.plan:
            self.wake, self.idle = self.plan.pop(0), False
            return
        self.idle, self.placed_at = True, None
        self.expects_more = bool(self.expects)
        self.wake = self.expects.pop(0) if self.expects else now + timedelta(hours=1)


def play(*operators, between=lambda: False):
    clock = Clock()
    carrier = Carrier(clock)
    FieldDays(clock, carrier, operators, hours=Hours(), until=END, between=between).play(lambda: None)
    return clock, carrier


def minutes(*numbers):
    return [START + timedelta(minutes=number) for number in numbers]


def test_field_time_stands_only_where_somebody_acts():
    first, second = Operator(minutes(0, 7)), Operator(minutes(3, 90))
    clock, _ = play(first, second)
    assert (first.acted[:2], second.acted[:2]) == (minutes(0, 7), minutes(3, 90))
    assert clock.now == minutes(90)[0]


def test_operators_whose_time_comes_within_seconds_act_together():
    first, second = Operator([START]), Operator([START + timedelta(seconds=3)])
    play(first, second)
    assert first.acted[0] == second.acted[0] == START


def test_the_carrier_is_stepped_once_it_has_something_to_tell_before_anybody_acts_again():
    _, carrier = play(Operator(minutes(0, 1)))
    assert carrier.steps == minutes(1)


def test_nobody_asks_for_cases_outside_the_calling_hours():
    evening = datetime(2022, 6, 2, 19, 0, tzinfo=ZONE)
    operator = Operator([START], expects=[evening])
    play(operator)
    assert operator.acted == [START, datetime(2022, 6, 6, 9, 0, tzinfo=ZONE)]  # the 3rd is a holiday, then the weekend


def test_of_the_idle_only_as_many_ask_as_find_something():
    idle = [Operator([START], expects=minutes(30)) for _ in range(5)]
    play(*idle)
    asked_again = [operator for operator in idle if minutes(30)[0] in operator.acted]
    assert len(asked_again) == 1


def test_before_long_pauses_everybody_else_may_catch_up_and_new_cases_wake_the_idle():
    told = []

    def between():
        told.append(1)
        return len(told) == 1

    operator = Operator(minutes(0, 1, 1 + LONG.total_seconds() / 60 + 5))
    play(operator, between=between)
    assert told


def test_it_ends_when_nothing_is_left_and_nobody_brings_more_or_when_the_window_closes():
    clock, _ = play(Operator([START]))
    assert clock.now == START
    late = Operator([END + timedelta(minutes=1)])
    play(late)
    assert late.acted == []
