"""Live pages: one LISTEN connection a process, fanned out to open pages as server-sent events."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Mapping

import psycopg
import structlog
from fastapi import Request
from psycopg import sql
from sse_starlette import EventSourceResponse, ServerSentEvent

from callcenter.db.engine import plain_url
from callcenter.operations.logs import told

LONGEST = 600.0
"""Seconds after which a stream ends; the browser opens the next one, and its right to it is checked anew."""
WAITING = 200
"""Events kept for a slow page; beyond that it is told to read everything again."""
POLL = 0.2
"""Seconds until a new channel is listened to."""

log = structlog.get_logger("live")


class Subscriber:
    """One open page: channels and the queue its events wait in."""

    def __init__(self, channels: set[str]) -> None:
        self.channels = channels
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING)

    def give(self, channel: str, payload: str) -> None:
        """Hand over an event (from the listening thread)."""
        with contextlib.suppress(RuntimeError):  # the loop has closed: the page is gone
            self.loop.call_soon_threadsafe(self._put, channel, payload)

    def _put(self, channel: str, payload: str) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            channel, payload = "", "resync"
        self.queue.put_nowait((channel, payload))


class Listener:
    """Listens to PostgreSQL for all pages of this process; reconnects by itself and then tells them to read anew."""

    def __init__(self, database_url: str) -> None:
        self.url = plain_url(database_url)
        self.subscribers: set[Subscriber] = set()
        self.heard: set[str] = set()
        """Channels that are listened to: whoever joins one of these is told to read anew at once, as the first was."""
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None

    def add(self, subscriber: Subscriber) -> None:
        """Let a page hear its channels; the thread starts with the first one."""
        with self.lock:
            self.subscribers.add(subscriber)
            for channel in subscriber.channels & self.heard:
                subscriber.give(channel, "resync")
            if self.thread is None and not self.stopping.is_set():
                self.thread = threading.Thread(target=self._run, name="listen", daemon=True)
                self.thread.start()

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a page that has gone."""
        with self.lock:
            self.subscribers.discard(subscriber)

    def stop(self) -> None:
        """End the thread and with it the connection."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(5)

    def _run(self) -> None:
        pause = 0.2
        while not self.stopping.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
                    self._listen(connection)
                pause = 0.2
            except psycopg.Error as failure:
                log.warning("listen_lost", **told(failure))
                self.stopping.wait(pause)
                pause = min(2 * pause, 5)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with self.lock:
            self.heard = set()
        while not self.stopping.is_set():
            wanted = self._channels()
            for channel in wanted - self.heard:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                self._tell(channel, "resync", new=True)  # what happened before is not known: read anew
            for channel in self.heard - wanted:
                if self._leave(channel):
                    connection.execute(sql.SQL("UNLISTEN {}").format(sql.Identifier(channel)))
            for notice in connection.notifies(timeout=POLL):
                self._tell(notice.channel, notice.payload)

    def _channels(self) -> set[str]:
        with self.lock:
            return {channel for subscriber in self.subscribers for channel in subscriber.channels}

    def _leave(self, channel: str) -> bool:
        """Whether still nobody wants a channel; from then on it is not heard."""
        with self.lock:
            if any(channel in subscriber.channels for subscriber in self.subscribers):
                return False
            self.heard.discard(channel)
            return True

    def _tell(self, channel: str, payload: str, *, new: bool = False) -> None:
        with self.lock:
            if new:
                self.heard.add(channel)
            hearing = [subscriber for subscriber in self.subscribers if channel in subscriber.channels]
        for subscriber in hearing:
            subscriber.give(channel, payload)


def stream(request: Request, channels: Mapping[str, str]) -> EventSourceResponse:
    """Events of these database channels under the names that the page knows: `{"board_3": "board"}`.

    Data is the notification's payload, or `resync` where events may have been missed: the page reads everything anew.
    A page has `data-live="<address>" data-live-events="board"`; static/live.js turns events into `live:board` on the body.
    """
    return EventSourceResponse(_events(request.app.state.listener, channels), ping=15, headers={"Cache-Control": "no-store"})


async def _events(listener: Listener, channels: Mapping[str, str]) -> AsyncIterator[ServerSentEvent]:
    subscriber = Subscriber(set(channels))
    listener.add(subscriber)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while True:
                    channel, payload = await subscriber.queue.get()
                    for name in [channels[channel]] if channel else sorted(set(channels.values())):
                        yield ServerSentEvent(data=payload, event=name, retry=2000)
    finally:
        listener.remove(subscriber)
