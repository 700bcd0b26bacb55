"""A questionnaire's document out of a file: a workbook or YAML, by the name's ending."""

from typing import Any

import yaml

from callcenter.errors import InvalidInput, Refused
from callcenter.questionnaire.problems import Problem
from callcenter.questionnaire.workbooks import read_workbook, remarks
from callcenter.studies.yaml_texts import read_yaml

WORKBOOK = ".xlsx"
TEXTS = (".yaml", ".yml")


def is_workbook(name: str) -> bool:
    """Whether a file of that name is read as a workbook."""
    return name.lower().endswith(WORKBOOK)


def read_document(name: str, data: bytes) -> Any:
    """The document; Refused or InvalidInput where the file holds none."""
    if is_workbook(name):
        return read_workbook(name, data)
    if name.lower().endswith((".xls", ".ods", ".xlsm")):
        raise Refused("workbook_not_read", "不读取 {file} 这种工作簿：请另存为 .xlsx。", file=name)
    if b"\0" in data[:4096] or not (_is_text(data) or name.lower().endswith(TEXTS)):
        raise InvalidInput("not_a_questionnaire", "{file} 不是问卷：请给出 .xlsx 工作簿，或 .yaml、.yml 文件。", file=name)
    try:
        return read_yaml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as bad:
        raise InvalidInput("file_not_text", "文件 {file} 不是 UTF-8 文本：请另存为 UTF-8。", file=name) from bad
    except (yaml.YAMLError, RecursionError, ValueError) as bad:
        mark = getattr(bad, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else ""
        raise Refused(
            "questionnaire_not_yaml", "问卷文件 {file} {where}不是有效的 YAML：请检查缩进和引号。", file=name, where=where
        ) from bad


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def remarks_on(name: str, data: bytes) -> list[Problem]:
    """What pyxform says of the file, where it is a workbook."""
    return remarks(data) if is_workbook(name) else []
