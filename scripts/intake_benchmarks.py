"""How fast and lean lists are taken in: judged and stored beside a bare read of the same sheet into Python lists.

Lists are made here, the same for the same number of rows: one sheet by the form of Annex 4, a few rows in a hundred with what departments
get wrong. Each measurement is a process of its own, from its start to its end, so that imports count and memory is its own; the ways take
turns, and the best round counts.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from callcenter.db.local_server import LocalServer
from callcenter.lists.credit_codes import ALPHABET, check_character
from callcenter.lists.districts import DISTRICTS
from callcenter.migrations import upgrade
from scripts.measuring import ROUNDS, Measured, compared

CHECK, SUBMIT, MEMORY, FLAT = 3.0, 4.5, 1.3, 1.3
"""The most that checking and submitting may take beside the bare read, memory beside it less 300 MB, a row of many beside one of few."""
SPARE = 300.0
MIDDLE, FEW = 200_000, 10_000
ROOT = Path(__file__).parents[1]
STUDY, POPULATION = "tianjin-2022", "2021/4-1"

_HEAD = ("序号", "区域", "企业名称", "统一社会信用代码", "企业办理业务联系人\n（或法定代表人）", "联系电话\n（手机号）", "业务描述", "备注")
_SIGNS = "恒瑞鑫泰昌盛源裕丰宏嘉铭锦博雅晟禾润祥沃弘益佳达诚信骏凯欣悦朗宁卓越康乐荣华文石金海川木林水山"
_TRADES = (
    "商贸",
    "科技",
    "建筑工程",
    "物流",
    "餐饮管理",
    "医疗器械",
    "电子商务",
    "劳务服务",
    "生物技术",
    "信息技术",
    "园林绿化",
    "货运代理",
)
_MATTERS = (
    "企业开办",
    "变更登记",
    "不动产登记",
    "获得电力",
    "用水报装",
    "出口退税",
    "员工参保登记",
    "政府采购投标",
    "简易注销",
    "公积金开户",
)
_PREFIXES = ("133", "135", "136", "138", "139", "150", "152", "158", "159", "176", "180", "186", "188", "189", "199")

_BARE = """
import resource, sys
from python_calamine import CalamineWorkbook
workbook = CalamineWorkbook.from_path(sys.argv[1])
sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
_OURS = """
import contextlib, io, resource, sys
from callcenter.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    """The cells of `count` rows, without the running number; what is meant to be unlike is unlike."""
    chance = random.Random(count)  # noqa: S311  # the same list in every run
    codes, names = list(DISTRICTS), list(DISTRICTS.values())
    for number in range(count):
        name = f"天津{_sign(number)}{_TRADES[number % len(_TRADES)]}有限公司"
        place = chance.randrange(len(codes))
        body = f"91{codes[place]}MAX" + "".join(ALPHABET[number // 31**power % 31] for power in range(6))
        mobile = f"{_PREFIXES[number % len(_PREFIXES)]}{number * 7919 % 10**8:08d}"
        yield _spoilt(chance.random(), [names[place], name, body + check_character(body), "王某", mobile, chance.choice(_MATTERS), ""])


def _sign(number: int) -> str:
    signs = len(_SIGNS)
    return "".join(_SIGNS[number // signs**power % signs] for power in range(4))


def _spoilt(chance: float, row: list[Any]) -> tuple[Any, ...]:
    """Most rows as they are, their telephones written in several ways; the rest as departments send them."""
    mobile = row[4]
    if chance < 0.3:
        row[4] = float(mobile)
    elif chance < 0.4:
        row[4] = f"+86 {mobile}" if chance < 0.35 else f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}"
    elif chance < 0.46:
        row[2] = "" if chance < 0.44 else row[2][:-1] + ("0" if row[2][-1] != "0" else "1")
    elif chance < 0.49:
        row[4] = (chance < 0.48 and f"{mobile[:3]}****{mobile[7:]}") or f"022-2{mobile[4:]}"
    elif chance < 0.53:
        row[4] = f"{mobile}/{mobile[:3]}{mobile[:2:-1]}" if chance < 0.51 else mobile[:10]
    elif chance < 0.56:
        row[0 if chance < 0.55 else 3] = ""
    return tuple(row)


def make(count: int, file: Path) -> Path:
    """A list of `count` rows, with two lines above its header and a total below."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("企业全量样本")
    sheet.write_string(0, 0, "企业全量样本表")
    sheet.write_string(1, 0, "部门：天津市某某局          联系人：王某         手机号码：13800000001")
    sheet.write_row(2, 0, _HEAD)
    for number, row in enumerate(_rows(count), 1):
        sheet.write_number(number + 2, 0, number)
        for column, value in enumerate(row, 1):
            if value != "":
                sheet.write(number + 2, column, value)
    sheet.write_row(count + 3, 0, ("合计", "", count))
    book.close()
    return file


class Used(NamedTuple):
    """What a process took: seconds from start to end, seconds of work, and the most megabytes that it held."""

    seconds: float
    work: float
    memory: float


def _run(code: str, arguments: list[str], environment: dict[str, str]) -> Used:
    begun = time.perf_counter()
    ended = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # our own programs
    work, memory = ended.stdout.split()[-2:]
    return Used(time.perf_counter() - begun, float(work), int(memory) / 1024)


def _best(ways: dict[str, Callable[[], Used]], rounds: int) -> dict[str, Used]:
    """The least that each way took of everything, one after the other in each round."""
    found: dict[str, list[Used]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
    return {name: Used(*map(min, zip(*each, strict=True))) for name, each in found.items()}


def intake(*, rows: int = 1_000_000) -> list[Measured]:
    """Lists of 10,000, of 200,000 and of `rows` rows, read bare, checked and submitted."""
    with tempfile.TemporaryDirectory() as folder, LocalServer(Path(folder) / "server") as server:
        upgrade(server.url())
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": server.url(),
            "SECRET_KEY": hashlib.sha256(folder.encode()).hexdigest(),
        }
        _run(_OURS, ["study", "load", str(ROOT / "questionnaires" / STUDY)], environment)
        files = {count: make(count, Path(folder) / f"{count}.xlsx") for count in (FEW, MIDDLE, rows)}
        return _measured(files, environment, rows)


def _measured(files: dict[int, Path], environment: dict[str, str], rows: int) -> list[Measured]:
    sent = iter(range(1000))

    def bare(count: int) -> Used:
        return _run(_BARE, [str(files[count])], environment)

    def check(count: int) -> Used:
        return _run(_OURS, ["lists", "check", str(files[count]), "--json"], environment)

    def submit(count: int) -> Used:
        to = ["--study", STUDY, "--population", POPULATION, "--department", f"单位{next(sent)}", "--new-unit"]
        return _run(_OURS, ["lists", "submit", str(files[count]), *to], environment)

    middle = _best({"bare": lambda: bare(MIDDLE), "check": lambda: check(MIDDLE), "submit": lambda: submit(MIDDLE)}, ROUNDS)
    few = _best({"check": lambda: check(FEW)}, ROUNDS)
    many = _best({"bare": lambda: bare(rows), "check": lambda: check(rows), "submit": lambda: submit(rows)}, 1)
    least = (few["check"].work, FEW)
    return [
        compared("intake", f"lists check, {MIDDLE:,} rows", "bare read", middle["check"].seconds, middle["bare"].seconds, aim=CHECK),
        compared("intake", f"lists submit, {MIDDLE:,} rows", "bare read", middle["submit"].seconds, middle["bare"].seconds, aim=SUBMIT),
        compared(
            "intake",
            f"lists check, a further row up to {rows:,} (ms of work for 1,000)",
            f"a further row up to {MIDDLE:,}",
            _further(least, (many["check"].work, rows)),
            _further(least, (middle["check"].work, MIDDLE)),
            aim=FLAT,
        ),
        *(_memory(way, rows, many[way].memory, many["bare"].memory) for way in ("check", "submit")),
    ]


def _memory(way: str, rows: int, ours: float, bare: float) -> Measured:
    return compared("intake", f"lists {way}, {rows:,} rows: MB less {SPARE:.0f}", "MB of the bare read", ours - SPARE, bare, aim=MEMORY)


def _further(few: tuple[float, int], many: tuple[float, int]) -> float:
    """Milliseconds of work that 1,000 rows more take, the start of the program left aside."""
    return (many[0] - few[0]) / (many[1] - few[1]) * 1_000_000
