"""The benchmarks: each measures our way beside a bare one in the same run, and says how many times as long it takes."""

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from scripts.intake_benchmarks import intake
from scripts.measuring import ROUNDS, Measured
from scripts.operator_benchmarks import operators
from scripts.questionnaire_benchmarks import questionnaire
from scripts.queue_benchmarks import queue
from scripts.rates_benchmarks import rates
from scripts.results_benchmarks import results
from scripts.sampling_benchmarks import sampling

PAGE = Path("docs/benchmarks.md")


BENCHMARKS: dict[str, Callable[..., list[Measured]]] = {
    "intake": intake,
    "operators": operators,
    "questionnaire": questionnaire,
    "rates": rates,
    "queue": queue,
    "results": results,
    "sampling": sampling,
}


HEAD = f"""# Benchmarks

Written by `scripts/bench`, section by section. What counts is the ratio: our way beside a bare one in the same run, best of {ROUNDS};
seconds differ from machine to machine.
"""


def section(name: str, results: list[Measured]) -> str:
    """One benchmark's part of the page."""
    aims = ["" if r.aim is None else f"≤ {r.aim:g}" for r in results]
    rows = [
        f"| {r.name} | {r.what} | {r.bare} | {r.ours_seconds} | {r.bare_seconds} | **{r.ratio}** | {aim} |"
        for r, aim in zip(results, aims, strict=True)
    ]
    head = f"## {name}\n\n| name | our way | bare way | ours, s | bare, s | ratio | aim |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def renewed(page: str, found: dict[str, list[Measured]]) -> str:
    """The page with the sections of what was measured written anew; the others stay."""
    parts = [part for part in re.split(r"^(?=## )", page, flags=re.MULTILINE) if part.startswith("## ")]
    standing = {part.split("\n", 1)[0].removeprefix("## "): part for part in parts}
    written = standing | {name: section(name, results) for name, results in found.items()}
    return "\n".join([HEAD, *(written[name].rstrip() + "\n" for name in sorted(written) if name in BENCHMARKS)])


def main() -> int:
    """Run one benchmark or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="one of them; all where left out")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--units", type=int, default=1_000_000, help="size of the large frame that `sampling` releases from")
    parser.add_argument("--rows", type=int, default=1_000_000, help="size of the largest list that `intake` takes in")
    parser.add_argument("--cases", type=int, default=1_000_000, help="the many cases that `rates` counts")
    given = parser.parse_args()
    options = {"sampling": {"units": given.units}, "intake": {"rows": given.rows}, "rates": {"cases": given.cases}}
    found = {name: BENCHMARKS[name](**options.get(name, {})) for name in ([given.name] if given.name else BENCHMARKS)}
    measured = [result for one in found.values() for result in one]
    if given.json:
        json.dump([asdict(result) for result in measured], sys.stdout, ensure_ascii=False)
    else:
        for result in measured:
            print(f"{result.name}: {result.what}: {result.ours_seconds} s, {result.bare}: {result.bare_seconds} s, ratio {result.ratio}")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
