"""What the commands for lists share: the file to read, the place to write, the population that is meant."""

from pathlib import Path
from typing import Any

from callcenter.errors import InvalidInput, Refused
from callcenter.studies import queries as studies


def population_named(session: Any, study: str, code: str) -> Any:
    """The population `4-1` or `2021/4-1`; refused where several stages have it."""
    stage_name, _, short = code.rpartition("/")
    found = studies.study_by_name(session, study)
    stages = [stage for stage in studies.stages(session, found.id or 0) if not stage_name or stage.name == stage_name]
    named = [population for stage in stages for population in studies.populations(session, stage.id or 0) if population.code == short]
    if len(named) > 1:
        raise InvalidInput("wrong_use", "几个阶段都有 {population}：请写成“阶段/编号”，如 2021/{population}。", population=short)
    if not named:
        raise InvalidInput("no_population_code", "没有编号为 {population} 的样本总体，请写成“任务号-序号”，如 4-1。", population=code)
    return named[0]


def read_list(file: Path) -> bytes:
    """The bytes of a file that somebody named."""
    if not file.is_file():
        raise InvalidInput("missing_file", "找不到文件 {file}：请检查路径。", file=file)
    return file.read_bytes()


def check_place(out: Path | None) -> None:
    """Refuse a place where nothing can be written, before the work is done."""
    if out is None:
        return
    if not out.absolute().parent.is_dir():
        raise InvalidInput("missing_file", "找不到目录 {folder}：请先建立它。", folder=out.absolute().parent)
    if out.is_dir():
        raise Refused("is_folder", "{file} 是目录：请给出文件名。", file=out)
