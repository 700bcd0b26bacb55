"""Packages: made of a stored study, checked wherever they lie."""

import json
from pathlib import Path
from typing import Annotated

import typer

from callcenter import wiring
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, Refused
from callcenter.exports import package
from callcenter.exports.actions import FORMATS, package_files
from callcenter.exports.queries import drawn_populations
from callcenter.settings import Settings
from callcenter.studies.queries import study_by_name

app = typer.Typer(no_args_is_help=True, help="Packages with a manifest. Example: callcenter export verify out/package")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command()
def make(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    out: Annotated[Path, typer.Option(help="The folder to write; new or empty.")],
    formats: Annotated[str, typer.Option("--format", help="Comma-separated: csv, xlsx.")] = ",".join(FORMATS),
    for_auditor: Annotated[bool, typer.Option(help="With the frame, for redrawing; never for anybody else.")] = False,
    as_json: Json = False,
) -> None:
    """Write the package of every drawn population; with several, one folder each.

    Example: callcenter export make tianjin-2022 --format csv,xlsx --out out/package
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused("folder_not_empty", "目录 {folder} 不是空的：请换一个目录。", folder=out)
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    wiring.start(Settings())
    with transaction() as session:
        found = study_by_name(session, study)
        populations = drawn_populations(session, found.id or 0)
        if not populations:
            raise Refused("nothing_drawn", "研究 {study} 还没有抽样：抽样并释放之后才能导出。", study=study)
        for population_id, code in populations:
            files, _ = package_files(session, population_id, wanted, for_auditor=for_auditor)
            _write(out / code if len(populations) > 1 else out, files)
    _say({"out": str(out), "populations": [code for _, code in populations]}, f"已写入 {out}。", as_json=as_json)


@app.command()
def verify(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="A package's folder or zip, or a folder of packages.")],
    as_json: Json = False,
) -> None:
    """Compare every file with the manifest; exit 1 naming the first that was changed, added or lost.

    Example: callcenter export verify out/package
    """
    if not place.exists():
        raise InvalidInput("missing_file", "找不到 {file}：请检查路径。", file=place)
    single = place.is_file() or (place / package.MANIFEST).exists()
    places = [place] if single else sorted(file.parent for file in place.glob(f"*/{package.MANIFEST}"))
    checked = sum(package.verify(package.read(each)) for each in places or [place])
    _say({"ok": True, "files": checked}, f"全部 {checked} 个文件与清单一致。", as_json=as_json)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _say(document: dict[str, object], sentence: str, *, as_json: bool) -> None:
    print(json.dumps(document, ensure_ascii=False) if as_json else sentence)
