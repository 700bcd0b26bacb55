"""The commands that work on people's own files."""

import csv
import getpass
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from callcenter import clock
from callcenter.cli.mistakes import progress_wanted
from callcenter.errors import InvalidInput, Refused
from callcenter.sampling import allocation, reading, release_bias, sizes
from callcenter.sampling.certificate import Origin, document_sha256, make_certificate
from callcenter.sampling.draw import DrawnStratum, Place, places, take

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def size(
    *,
    p: Annotated[float, typer.Option(help="The proportion expected; .5 is the safest.")],
    e: Annotated[float, typer.Option(help="Half the width of the confidence interval, such as .05.")],
    confidence: Annotated[float, typer.Option(help="Of the interval.")] = 0.95,
    population: Annotated[int | None, typer.Option(help="N, where it is small enough to matter.")] = None,
    deff: Annotated[float, typer.Option(help="Design effect.")] = 1.0,
    response: Annotated[float, typer.Option(help="Expected response rate.")] = 1.0,
    eligible: Annotated[float, typer.Option(help="Expected share of the released that is eligible.")] = 1.0,
    valid: Annotated[float, typer.Option(help="Expected share of the answers that is valid.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Always so: one JSON document on stdout.")] = False,  # noqa: ARG001
) -> None:
    """Say how many valid completes a precision needs, and how many units to release for them.

    Example: callcenter sampling size --p .5 --e .05 --population 3200 --response .45
    """
    rates = sizes.Rates(response, eligible, valid)
    needed = sizes.size_for_proportion(p, e, confidence=confidence, population=population, deff=deff, rates=rates)
    print(json.dumps(asdict(needed)))
    if population is not None and needed.release > population:
        print(f"需要释放 {needed.release} 个，总体只有 {population} 个：请放宽允许误差，或全部调查。", file=sys.stderr)


def allocate(
    strata: Annotated[Path, typer.Argument(metavar="STRATA.csv", help="Columns stratum,N and, by method, S, CV and X, or n.")],
    *,
    n: Annotated[int | None, typer.Option("--n", help="The total to share out; for `fixed` it may be left out.")] = None,
    method: Annotated[str, typer.Option(help="proportional, equal, neyman, power or fixed.")] = "proportional",
    power: Annotated[float, typer.Option(help="q of the power allocation.")] = 0.5,
    minimum: Annotated[int, typer.Option("--min", help="The least for each stratum.")] = 0,
    take_all: Annotated[int, typer.Option(help="Strata with fewer units than this are taken whole.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Share out a total over strata; the file comes back with a column n that sums to exactly the total.

    Example: callcenter sampling allocate strata.csv --n 400 --method neyman --min 5
    """
    needed = {"neyman": ["S"], "power": ["CV", "X"], "fixed": ["n"]}.get(method, [])
    sheet = reading.read_sheet(str(strata), strata.read_bytes(), ["stratum", "N", *needed])
    facts = reading.read_strata(sheet, method)
    if n is None and method != "fixed":
        raise InvalidInput("wrong_use", "请用 --n 给出要分配的总数。")
    total = sum(stratum.wanted or 0 for stratum in facts) if n is None else n
    shared = allocation.allocate(facts, total, method, power=power, minimum=minimum, take_all=take_all)
    header, rows = _with_sizes(sheet, shared)
    if as_json:
        print(json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False))
    else:
        sys.stdout.write(_csv_text([header, *rows]))


def _with_sizes(sheet: reading.Sheet, shared: list[int]) -> tuple[list[str], list[list[Any]]]:
    """The file's own columns, with n filled in where it stands, else at the end."""
    if "n" in sheet.header:
        at = sheet.header.index("n")
        return sheet.header, [[*row[:at], count, *row[at + 1 :]] for (_, row), count in zip(sheet.rows, shared, strict=True)]
    return [*sheet.header, "n"], [[*row, count] for (_, row), count in zip(sheet.rows, shared, strict=True)]


def draw(
    frame: Annotated[Path, typer.Argument(metavar="FRAME.csv", help="Columns unit_key,stratum.")],
    *,
    n_by: Annotated[Path, typer.Option("--n-by", metavar="STRATUM_N.csv", help="Columns stratum,n.")],
    seed: Annotated[str, typer.Option(help="What the order follows from; the same seed gives the same sample.")],
    certificate: Annotated[Path, typer.Option(metavar="OUT.json", help="Where the certificate goes.")],
    sample: Annotated[Path, typer.Option(metavar="OUT.csv", help="Where every unit with its number and order goes.")],
    as_json: AsJson = False,
) -> None:
    """Draw a sample that anyone can verify with scripts/verify_draw.py.

    Example: callcenter sampling draw frame.csv --n-by n.csv --seed 2026-Q3 --certificate out.json --sample out.csv
    """
    if not seed:
        raise InvalidInput("wrong_use", "种子不能是空的：请用 --seed 给出。")
    for out in (certificate, sample):
        check_place(out)
    with _steps(5) as step:
        units = reading.read_frame(str(frame), frame.read_bytes())
        step("read")
        wanted = reading.read_sizes(str(n_by), n_by.read_bytes())
        placed = places(units, seed)
        drawn = take(placed, wanted)
        step("drawn")
        document = {"algorithm": "sha256-prn-v1", "sizes": {stratum.stratum: stratum.taken for stratum in drawn}}
        made = make_certificate(
            Origin(seed), placed, drawn, design_sha256=document_sha256(document), drawn_at=clock.now(), drawn_by=_account()
        )
        step("certified")
        table = _csv_text([["unit_key", "stratum", "prn", "order", "released"], *_sample_rows(placed, drawn)])
        step("listed")
        replace(sample, table)
        replace(certificate, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        step("written")
    _say_drawn(made, certificate, sample, as_json=as_json)


def simulate(
    *,
    units: Annotated[int, typer.Option(help="Units of the stratum.")] = 400,
    answering: Annotated[float, typer.Option(help="Share of units that answer.")] = 0.4,
    saying_yes: Annotated[float, typer.Option(help="Share of the answers that are yes.")] = 0.6,
    target: Annotated[int, typer.Option(help="Answers wanted.")] = 60,
    main_size: Annotated[int, typer.Option("--main", help="Units released at once.")] = 120,
    step: Annotated[int, typer.Option(help="Units released at a time until the target is reached.")] = 10,
    seeds: Annotated[int, typer.Option(help="Draws to make.")] = 2000,
    as_json: AsJson = False,
) -> None:
    """Show how far estimates stray when reserves are released until a target is reached, beside sizes fixed in advance.

    Example: callcenter sampling simulate --units 400 --answering .4 --target 60 --step 10
    """
    found = release_bias.simulate(release_bias.Scene(units, answering, saying_yes, target, main_size, step), seeds)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    rules = {"fixed": "事先定好的数量", "follows": "补到目标为止"}
    quantities = {"answers": "回答总数", "share of yes": "回答“是”的比例"}
    for one in found:
        text = f"{rules[one.rule]} · {quantities[one.quantity]}：真值 {one.truth:.4g}，平均估计 {one.mean:.5g}，"
        print(f"{text}偏差 {one.bias:+.3g} ± {one.noise:.2g}（标准误 {one.standard_error:.3g} 的 {one.bias_in_errors:+.2f} 倍）")


COMMANDS = (size, allocate, draw, simulate)


def _sample_rows(placed: list[Place], drawn: list[DrawnStratum]) -> Iterator[tuple[object, ...]]:
    taken = {stratum.stratum: stratum.taken for stratum in drawn}
    for place in placed:
        yield place.unit_key, place.stratum, place.prn, place.order, int(place.order <= taken[place.stratum])


def _say_drawn(made: dict[str, Any], certificate: Path, sample: Path, *, as_json: bool) -> None:
    count = sum(row["n"] for row in made["strata"])
    if as_json:
        told = {"frame_size": made["frame_size"], "strata": made["strata"], "released": count}
        print(json.dumps({**told, "certificate": str(certificate), "sample": str(sample)}, ensure_ascii=False))
    else:
        print(f"从 {made['frame_size']:,} 个单位、{len(made['strata'])} 层中抽出 {count:,} 个；名单 {sample}，证书 {certificate}。")


def _csv_text(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def check_place(out: Path) -> None:
    """Refuse a place where no file can be written, before any work is done."""
    if not out.absolute().parent.is_dir():
        raise InvalidInput("missing_file", "找不到目录 {folder}：请先建立它。", folder=out.absolute().parent)
    if out.is_dir():
        raise Refused("is_folder", "{file} 是目录：请给出文件名。", file=out)


def replace(out: Path, text: str) -> None:
    """Write the whole file or nothing: a half-written certificate would look like tampering."""
    part = out.with_name(out.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _account() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return None


@contextmanager
def _steps(total: int) -> Iterator[Any]:
    """A progress bar on stderr, where somebody would see it."""
    with Progress(console=Console(stderr=True), disable=not progress_wanted(), transient=True) as progress:
        bar: TaskID = progress.add_task("draw", total=total)

        def step(name: str) -> None:
            progress.update(bar, advance=1, description=name)

        yield step
