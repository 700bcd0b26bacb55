"""Writes the small random designs that R is asked about: python make_random_designs.py COUNT FOLDER [FIRST], then random_designs.R."""

import csv
import random
import sys
from pathlib import Path

COLUMNS = ("design", "s", "c", "N", "w", "y", "x", "k", "g")
KINDS = ("design", "strata", "cluster", "fpc", "weights")


def rows_of(number: int) -> tuple[dict[str, str], list[dict[str, str]]]:
    """One design: which columns describe it, and its rows; `c` is unique over strata, `k` a category, `g` a domain."""
    r = random.Random(number)  # noqa: S311  # the same designs whenever they are made again
    kind = {name: int(r.random() < share) for name, share in (("strata", 0.8), ("cluster", 0.35), ("fpc", 0.7), ("weights", 0.5))}
    kind["weights"] |= not kind["fpc"]
    zeros, scale = r.random() < 0.3, r.choice([1, 1, 1000, 1e-3])
    rows = []
    for stratum in range(r.randint(1, 6) if kind["strata"] else 1):
        clusters = r.choice([1, 1, 2, 3, 4, 8])
        for cluster in range(clusters):
            for _ in range(r.randint(1, 5) if kind["cluster"] else 1):
                y = "" if r.random() < 0.15 else round(r.gauss(3 * stratum - 2, 4) * scale, 6) if r.random() < 0.9 else r.randint(-2, 2)
                x = "" if r.random() < 0.1 else round(abs(r.gauss(5, 2)) * scale, 6)
                weight = 0 if zeros and r.random() < 0.2 else round(r.uniform(0.4, 9), 3)
                category = r.choice(["1", "2", "10", "", "1"]) if number % 2 else r.choice(["是", "否", "b", "A", "NA"])
                domain = r.choice(["north", "south", "south", "", f"only{stratum}"])
                rows.append((f"s{stratum}", f"{stratum}-{cluster}", clusters, weight, y, x, category, domain))
    extra = {f"s{n}": r.choice([0, 0, 1, 2, 5, 30]) for n in range(6)}
    made = [dict(zip(COLUMNS, (number, s, c, clusters + extra[s], w, *rest), strict=True)) for s, c, clusters, w, *rest in rows]
    return {"design": str(number), **{name: str(kind[name]) for name in KINDS[1:]}}, made


def main(count: int, folder: Path, first: int = 1) -> None:
    """Write random_data.csv and random_kinds.csv."""
    designs = [rows_of(number) for number in range(first, first + count)]
    with (folder / "random_data.csv").open("w", encoding="utf-8", newline="") as out:
        data = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        data.writeheader()
        data.writerows(row for _, rows in designs for row in rows)
    with (folder / "random_kinds.csv").open("w", encoding="utf-8", newline="") as out:
        kinds = csv.DictWriter(out, KINDS, lineterminator="\n")
        kinds.writeheader()
        kinds.writerows(kind for kind, _ in designs)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
