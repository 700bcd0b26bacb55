"""`callcenter run`: everything on one machine. Started from the main thread, stopped by Ctrl-C, never leaving a process behind."""

import datetime
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from callcenter import migrations, wiring
from callcenter.cli.recount import counters_differing
from callcenter.cli.run import first_start
from callcenter.cli.run.house import House
from callcenter.db.engine import plain_url
from callcenter.errors import InvalidInput, Refused

app = typer.Typer()

DEMO_BEGINS = datetime.datetime(2022, 5, 26, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
"""The first day of the demo study's field period, in field time."""
DEMO_OPERATORS = 10
FIRST_CASES = 400


@app.command()
def run(
    data: Annotated[Path | None, typer.Option(help="Where data, secrets and log-ins are kept. [default: data]", show_default=False)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play a whole field period at high speed, leave the package, end.")] = False,
    cases: Annotated[int, typer.Option(help="With --demo: cases of the main sample.", min=8)] = FIRST_CASES,
    out: Annotated[Path, typer.Option(help="With --demo: where the results go.")] = Path("out"),
    seed: Annotated[int, typer.Option(help="With --demo: decides the lists and how everybody behaves.")] = 1,
) -> None:
    """Start everything on this machine: database, pages, boards, scheduler, worker, simulated carrier, a trial study.

    Ctrl-C stops all of it and keeps the data; starting again goes on where it was.

    Example: callcenter run --data data
    """
    with _ends_by_signal():
        try:
            if demo:
                _play(data, cases, out, seed)
            else:
                _stay(data or Path("data"))
        except KeyboardInterrupt:
            say("已停止，数据都在。" if not demo else "已中断。")
            raise typer.Exit(130 if demo else 0) from None


def say(sentence: str) -> None:
    """Tell the person at the terminal (stderr: stdout is for results)."""
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def _ends_by_signal() -> Iterator[None]:
    """SIGTERM and SIGHUP end this like Ctrl-C does, also where a shell started us with Ctrl-C ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: what follows is an orderly end, which a second Ctrl-C must not cut short.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _stay(data: Path) -> None:
    with ExitStack() as ends:
        house = House(data, say)
        ends.enter_context(house.open())
        migrations.upgrade(house.settings.database_url.get_secret_value())
        wiring.start(house.settings, pool_size=2)
        log_ins = first_start.prepare(house.folder, say)
        house.start_processes()
        described = house.describe(log_ins)
        _show(described)
        house.watch_until_interrupted()


def _play(data: Path | None, cases: int, out: Path, seed: int) -> None:
    from callcenter.simulation import field_period  # noqa: PLC0415  # only a demo needs it

    with ExitStack() as ends:
        if data is None:
            data = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="callcenter-demo-")))
        elif data.exists() and any(data.iterdir()):
            raise InvalidInput("wrong_use", "演示需要空的数据目录：{folder} 里已有文件，请换一个目录或去掉 --data。", folder=data)
        clock_file = data.absolute() / "field-time"
        house = House(data, say, clock_file=clock_file, seed=str(seed))
        ends.enter_context(house.open())
        clock_file.write_text(DEMO_BEGINS.isoformat(), encoding="ascii")
        migrations.upgrade(house.settings.database_url.get_secret_value())
        wiring.start(house.settings, pool_size=10)
        log_ins = first_start.prepare_demo(house.folder, DEMO_OPERATORS)
        house.start_processes()
        described = house.describe(log_ins)
        ends.enter_context(_watched(house))
        field_period.play(described, clock_file, cases, out, seed)
        _prove_counters(house)


def _prove_counters(house: House) -> None:
    """After a whole field period every counter must still agree with its rows."""
    with psycopg.connect(plain_url(house.settings.database_url.get_secret_value())) as connection:
        found = counters_differing(connection)
    if found:
        sentence = "演示结束后有 {count} 个计数与重新计数不一致，第一个是 {counter}：请把数据目录交给开发人员。"
        raise Refused("counters_differ", sentence, count=len(found), counter=found[0]["counter"])
    say("全部计数与重新计数一致。")


@contextmanager
def _watched(house: House) -> Iterator[None]:
    """Look after the processes beside other work."""
    over = threading.Event()
    watching = threading.Thread(target=house.watch_quietly, args=(over,), daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _show(described: dict[str, object]) -> None:
    """Address and log-ins, as a small table on stdout."""
    console = Console(width=None if sys.stdout.isatty() else 100)
    addresses, log_ins = described["addresses"], described["log_ins"]
    assert isinstance(addresses, dict) and isinstance(log_ins, list)  # noqa: S101  # described by House
    console.print(f"\n网址 [bold]{addresses['web']}[/bold]    看板 {addresses.get('boards', '（未启动）')}\n", soft_wrap=True)
    table = Table("角色", "用户名", "密码", "姓名 / 单位", box=None, pad_edge=False)
    for log_in in log_ins:
        table.add_row(log_in["label"], log_in["username"], log_in["password"] or "已更改", log_in["unit"] or log_in["name"])
    console.print(table)
    console.print(f"\n进程号 {os.getpid()}。按 Ctrl-C 停止；数据保存在 {described['data']}", soft_wrap=True)
