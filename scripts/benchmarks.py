"""The benchmarks: each measures our way beside a bare one in the same run, and says how many times as long it takes."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from scripts.intake_benchmarks import intake
from scripts.measuring import ROUNDS, Measured
from scripts.sampling_benchmarks import sampling

PAGE = Path("docs/benchmarks.md")


BENCHMARKS: dict[str, Callable[..., list[Measured]]] = {"intake": intake, "sampling": sampling}


def page(results: list[Measured]) -> str:
    """docs/benchmarks.md."""
    aims = ["" if r.aim is None else f"≤ {r.aim:g}" for r in results]
    rows = [
        f"| {r.name} | {r.what} | {r.bare} | {r.ours_seconds} | {r.bare_seconds} | **{r.ratio}** | {aim} |"
        for r, aim in zip(results, aims, strict=True)
    ]
    head = (
        "# Benchmarks\n\nWritten by `scripts/bench`. The ratio is what counts: our way beside a bare one in the same run, best of "
        f"{ROUNDS} rounds;\nseconds differ from machine to machine.\n\n"
        "| name | our way | bare way | ours, s | bare, s | ratio | aim |\n|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def main() -> int:
    """Run one benchmark or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="one of them; all where left out")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--units", type=int, default=1_000_000, help="size of the large frame that `sampling` releases from")
    parser.add_argument("--rows", type=int, default=1_000_000, help="size of the largest list that `intake` takes in")
    given = parser.parse_args()
    options = {"sampling": {"units": given.units}, "intake": {"rows": given.rows}}
    results = [result for name in ([given.name] if given.name else BENCHMARKS) for result in BENCHMARKS[name](**options.get(name, {}))]
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
