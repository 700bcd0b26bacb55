"""Boards renewed without reloading: one LISTEN a process, one query a change for all who look at a study, at most once a second."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import structlog
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.operations.liveness import silent_for
from callcenter.operations.logs import told
from callcenter.operations.queries import latest_start
from callcenter.people.operator_states import CHANNEL
from callcenter.web.live import Listener, Subscriber
from callcenter.web.translations import LANGUAGES
from dashboards import shows

PAUSE = 1.0
"""Seconds between two countings of a study, however much changes."""
HEARTBEAT = 10.0
"""Seconds of silence after which the database is asked whether it is there: once a process, however many look."""
LONGEST = 600.0
"""Seconds after which a stream ends; the browser opens the next one, and its right to it is checked anew."""

WELL, SILENT, AWAY = "well", "silent", "away"

log = structlog.get_logger("boards")


class StudyFeed:
    """The viewers of one board of one study and what they were last shown, by language."""

    def __init__(self, study_id: int, listener: Listener, board: str = "") -> None:
        self.study_id = study_id
        self.board = board
        self.listener = listener
        self.viewers: dict[asyncio.Event, str] = {}
        self.latest: dict[str, str] = {}
        self.task: asyncio.Task[None] | None = None
        self.counted = 0
        self.seen = WELL
        """What the viewers were last told of the house: well, scheduler silent, database away."""

    async def watch(self, language: str) -> AsyncIterator[ServerSentEvent]:
        """Events for one viewer: the board as it is, then after each change."""
        changed = asyncio.Event()
        self.viewers[changed] = language
        if self.task is None or self.task.done():
            self.latest = {}
            self.task = asyncio.create_task(self._follow())
        elif self.latest:
            changed.set()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST):
                    while True:
                        await changed.wait()
                        changed.clear()
                        yield ServerSentEvent(data=self.latest[language], event="board", retry=2000)
        finally:
            del self.viewers[changed]
            if not self.viewers and self.task is not None:
                self.task.cancel()

    async def _follow(self) -> None:
        subscriber = Subscriber(channels(self.study_id, self.board))
        self.listener.add(subscriber)
        try:
            while True:
                if await self._has_news(subscriber):
                    await self._renew()
                    await asyncio.sleep(PAUSE)
        finally:
            self.listener.remove(subscriber)

    async def _has_news(self, subscriber: Subscriber) -> bool:
        """Whether to count: something changed, or the database or the scheduler went away (the viewers are told) or came back."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                await subscriber.queue.get()
        except TimeoutError:
            return await run_in_threadpool(_state) != self.seen
        while not subscriber.queue.empty():
            subscriber.queue.get_nowait()
        return True

    async def _renew(self) -> None:
        try:
            board = await run_in_threadpool(shows.count, self.study_id, self.board)
            self.counted, self.seen = self.counted + 1, SILENT if board.silent else WELL
            self.latest = {language: await run_in_threadpool(_payload, board, language) for language in LANGUAGES}
        except Exception as failure:
            self.seen = AWAY
            log.warning("board_not_counted", **told(failure))
            self.latest = dict.fromkeys(LANGUAGES, json.dumps({"away": True}))
        for changed in self.viewers:
            changed.set()


def _state() -> str:
    try:
        with transaction() as session:
            return SILENT if silent_for(latest_start(session), clock.now()) else WELL
    except Exception as failure:
        log.warning("database_away", **told(failure))
        return AWAY


def _payload(board: shows.Counted, language: str) -> str:
    return json.dumps(shows.shown(board, language), ensure_ascii=False)


def channels(study_id: int, board: str) -> set[str]:
    """What a board listens to: the cases of its study, and for some boards operators or lines."""
    also = {"operators": {CHANNEL}, "recalls": {CHANNEL}, "lines": {f"lines_{study_id}"}}
    return {f"board_{study_id}", *also.get(board, set())}


class Feeds:
    """The boards that somebody looks at."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.by_board: dict[tuple[int, str], StudyFeed] = {}

    def of(self, study_id: int, board: str = "") -> StudyFeed:
        """The feed of one board of one study."""
        return self.by_board.setdefault((study_id, board), StudyFeed(study_id, self.listener, board))
