"""The benchmarks: each measures our way beside a bare one in the same run, and says how many times as long it takes."""

import argparse
import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

from callcenter.lists.verdicts import check
from callcenter.sampling.draw import places
from callcenter.simulation import demo_lists

PAGE = Path("docs/benchmarks.md")
ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """Our way and the bare way, in seconds (the best of some rounds), and their ratio."""

    name: str
    what: str
    bare: str
    ours_seconds: float
    bare_seconds: float
    ratio: float


def best(work: Callable[[], object]) -> float:
    """The shortest of some rounds: what disturbed the others is not ours."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took)


def measured(name: str, what: str, bare: str, ours: Callable[[], object], other: Callable[[], object]) -> Measured:
    """Both ways, one after the other."""
    ours_seconds, bare_seconds = best(ours), best(other)
    return Measured(name, what, bare, round(ours_seconds, 3), round(bare_seconds, 3), round(ours_seconds / bare_seconds, 2))


def draw() -> Measured:
    """Ordering a frame by permanent random numbers."""
    units = [(f"9112{number:014d}", f"{number % 16:02d}") for number in range(200_000)]

    def bare() -> list[bytes]:
        return [hashlib.sha256(f"seed|{key}".encode()).digest()[:8] for key, _ in units]

    return measured("draw", "order 200,000 units in 16 strata", "a loop of SHA-256 over the keys", lambda: places(units, "seed"), bare)


def lists() -> Measured:
    """Judging a department's list."""
    made = max(demo_lists.make(per_district=300), key=lambda each: len(each.data))

    def bare() -> object:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(made.data))
        return [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]

    return measured("lists", "judge every row of a demo list", "reading its cells", lambda: check(made.data), bare)


BENCHMARKS = {"draw": draw, "lists": lists}


def page(results: list[Measured]) -> str:
    """docs/benchmarks.md."""
    rows = [f"| {r.name} | {r.what} | {r.bare} | {r.ours_seconds} | {r.bare_seconds} | **{r.ratio}** |" for r in results]
    head = (
        "# Benchmarks\n\nWritten by `scripts/bench`. The ratio is what counts: our way beside a bare one in the same run, best of "
        f"{ROUNDS} rounds;\nseconds differ from machine to machine.\n\n"
        "| name | our way | bare way | ours, s | bare, s | ratio |\n|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def main() -> int:
    """Run one benchmark or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="one of them; all where left out")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    given = parser.parse_args()
    results = [BENCHMARKS[name]() for name in ([given.name] if given.name else BENCHMARKS)]
    if given.json:
        json.dump([asdict(result) for result in results], sys.stdout, ensure_ascii=False)
    else:
        for result in results:
            print(f"{result.name}: {result.what}: {result.ours_seconds} s, {result.bare}: {result.bare_seconds} s, ratio {result.ratio}")
    if not given.name:
        PAGE.write_text(page(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
