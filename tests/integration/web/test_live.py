"""Notifications of the database reach open pages, also after the database was lost."""

import asyncio
from collections.abc import Iterator

import pytest

from callcenter.db.engine import statement
from callcenter.web import live
from callcenter.web.live import Listener


@pytest.fixture
def listener(database_url: str) -> Iterator[Listener]:
    made = Listener(database_url)
    yield made
    made.stop()


def notify(channel: str, payload: str) -> None:
    statement("SELECT pg_notify(%(channel)s, %(payload)s)", {"channel": channel, "payload": payload})


async def hear(listener: Listener, channels: dict[str, str], told: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """The first `count` events of a page; `told` is notified once it listens."""
    heard: list[tuple[str, str]] = []
    events = live._events(listener, channels)
    async with asyncio.timeout(60):
        async for event in events:
            heard.append((str(event.event), str(event.data)))
            if len(heard) == len(channels):
                for channel, payload in told:
                    await asyncio.to_thread(notify, channel, payload)
            if len(heard) == count:
                break
    await events.aclose()
    return heard


def test_a_page_first_reads_everything_and_then_hears_its_channels_only(listener: Listener) -> None:
    told = [("board_8", "not ours"), ("board_7", "1"), ("board_7", "2")]
    heard = asyncio.run(hear(listener, {"board_7": "board"}, told, 3))
    assert heard == [("board", "resync"), ("board", "1"), ("board", "2")]
    assert listener.subscribers == set()


def test_a_page_that_joins_others_on_a_channel_reads_everything_first_too(listener: Listener) -> None:
    async def second() -> list[str]:
        first, other = (live._events(listener, {"board_7": "board"}) for _ in range(2))
        async with asyncio.timeout(60):
            heard = [str((await anext(page)).data) for page in (first, other)]
            await asyncio.to_thread(notify, "board_7", "news")
            heard += [str((await anext(page)).data) for page in (first, other)]
        for page in (first, other):
            await page.aclose()
        return heard

    assert asyncio.run(second()) == ["resync", "resync", "news", "news"]


def test_two_pages_share_one_connection(listener: Listener) -> None:
    async def both() -> list[list[tuple[str, str]]]:
        return await asyncio.gather(
            hear(listener, {"operator_1": "call"}, [("operator_1", "a")], 2),
            hear(listener, {"operator_2": "call"}, [("operator_2", "b")], 2),
        )

    first, second = asyncio.run(both())
    assert first[-1] == ("call", "a") and second[-1] == ("call", "b")
    listening = statement("SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' OR query LIKE 'UNLISTEN%%'")
    assert listening[0]["n"] <= 1


def test_after_the_connection_was_lost_the_page_is_told_to_read_anew(listener: Listener) -> None:
    async def lost() -> list[str]:
        heard: list[str] = []
        events = live._events(listener, {"board_7": "board"})
        async with asyncio.timeout(60):
            async for event in events:
                heard.append(str(event.data))
                if len(heard) == 1:
                    await asyncio.to_thread(statement, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")
                elif len(heard) == 2:
                    await asyncio.to_thread(notify, "board_7", "again")
                else:
                    break
        await events.aclose()
        return heard

    assert asyncio.run(lost()) == ["resync", "resync", "again"]


def test_a_slow_page_is_told_to_read_anew_rather_than_everything_it_missed(listener: Listener) -> None:
    async def slow() -> tuple[str, str]:
        subscriber = live.Subscriber({"board_7"})
        for number in range(live.WAITING + 1):
            subscriber.give("board_7", str(number))
        await asyncio.sleep(0.05)
        assert subscriber.queue.qsize() == 1
        return subscriber.queue.get_nowait()

    assert asyncio.run(slow()) == ("", "resync")
