"""The days of calling: jumps field time to the next due event whenever all operators wait, until nothing is left to do."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx

from callcenter.call_queue.calling_hours import Hours, is_open, next_open
from callcenter.errors import Unavailable
from callcenter.simulation.field_clock import FieldClock
from callcenter.simulation.operators import Operator

AT_ONCE = 4
"""Operators that act at the same time, at most: each is one request that waits."""
LONG = timedelta(hours=3)
"""After a jump as long as this, and at least so often, the scheduler is waited for."""
A_LITTLE = timedelta(seconds=60)
STEP = timedelta(seconds=5)
"""Operators whose steps are due within this time act together."""


class Carrier:
    """The control of the simulated carrier: lets happen what is due, and says when the next thing is."""

    def __init__(self, address: str, account_sid: str, token: str) -> None:
        self._client = httpx.Client(base_url=address, auth=(account_sid, token), timeout=120, trust_env=False)
        self.due: datetime | None = None
        self.open_calls = 0

    def step(self) -> None:
        """Let everything happen that is due at field time; returns when all callbacks are answered."""
        response = self._client.post("/control/step")
        if response.is_error:
            raise Unavailable("carrier_control", "模拟运营商没有应答（状态 {status}），演示无法继续。", status=response.status_code)
        told = response.json()
        self.due = datetime.fromisoformat(told["next_due"]) if told["next_due"] else None
        self.open_calls = told["open_calls"]

    def is_due(self, now: datetime) -> bool:
        """Whether something waits to happen."""
        return self.due is not None and self.due <= now

    def expect(self, moment: datetime) -> None:
        """Something will be due then: a call was placed or ended."""
        self.due = min(self.due or moment, moment)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


class FieldDays:
    """Operators, carrier and field clock, from the first call to the last.

    `between` is called when much time is about to pass, and when nothing is left: it lets the scheduler catch up and the
    supervisor decide, and says whether there is anything new to call.
    """

    def __init__(
        self,
        clock: FieldClock,
        carrier: Carrier,
        operators: Sequence[Operator],
        *,
        hours: Hours,
        until: datetime,
        between: Callable[[], bool],
    ) -> None:
        self.clock, self.carrier, self.operators = clock, carrier, operators
        self.hours, self.until, self.between = hours, until, between
        self._waited_at = clock.now
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="operator")

    def play(self, told: Callable[[], None]) -> None:
        """Play until the end of the period or until nothing is left to call; `told` after every jump."""
        with self._pool:
            while (moment := self._next()) is not None and moment < self.until:
                self._jump(moment)
                told()
                if self.carrier.is_due(self.clock.now):
                    self.carrier.step()
                self._act()
                if not self._anything_due() and not self._something_new():
                    return

    def _next(self) -> datetime | None:
        """When the next operator acts; what the carrier has to tell before then is told then, with its true times."""
        moment = min((operator.wake for operator in self.operators), default=None)
        if moment is None or self._works_at(moment) or any(not operator.idle for operator in self.operators if operator.wake == moment):
            return moment
        opens = next_open(self.hours, moment)
        for operator in self.operators:
            if operator.idle:
                operator.wake = max(operator.wake, opens)
        return min(operator.wake for operator in self.operators)

    def _works_at(self, moment: datetime) -> bool:
        return is_open(self.hours, moment)

    def _jump(self, moment: datetime) -> None:
        """Go to `moment`; before a long pause, and now and then, everybody else may catch up first."""
        if moment - self._waited_at >= LONG:
            self.clock.jump(min(moment, max(self.clock.now, self._waited_at + LONG)))
            self._waited_at = moment
            if self.carrier.is_due(self.clock.now):
                self.carrier.step()
            self._wake_idle(self.between())
        self.clock.jump(moment)

    def _wake_idle(self, something_new: bool) -> None:
        if something_new:
            for operator in self.operators:
                if operator.idle:
                    operator.wake = self.clock.now

    def _act(self) -> None:
        """Let everybody act whose time has come, several at once; of the idle only as many as find something."""
        now = self.clock.now
        due = [operator for operator in self.operators if operator.wake <= now + STEP]
        busy, idle = [operator for operator in due if not operator.idle], [operator for operator in due if operator.idle]
        for _ in self._pool.map(lambda operator: operator.act(now), busy):
            pass
        self._try_idle(idle, now)
        for operator in due:
            if operator.placed_at is not None:
                self.carrier.expect(now + timedelta(seconds=1))
            if operator.hung_up:
                self.carrier.expect(now)

    def _try_idle(self, idle: Sequence[Operator], now: datetime) -> None:
        """One after the other: where one finds nothing before later, the others need not ask."""
        for place, operator in enumerate(idle):
            operator.act(now)
            if operator.idle and operator.wake > now + A_LITTLE:
                for other in idle[place + 1 :]:
                    other.wake = operator.wake
                return

    def _anything_due(self) -> bool:
        """Whether somebody works, or the queue has named a time at which there will be something."""
        return any(not operator.idle or operator.expects_more for operator in self.operators)

    def _something_new(self) -> bool:
        """Nothing is left: whether the scheduler and the supervisor bring more."""
        new = self.between()
        self._wake_idle(new)
        return new
