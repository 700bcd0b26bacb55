"""The installation that `run` keeps in a data folder, for commands started beside it: `--data DIR` or CALLCENTER_DATA."""

import json
import os
from pathlib import Path

from callcenter.errors import InvalidInput

FILE = "settings.json"
"""Written by `run`, readable by its owner only: the variables that its processes are told."""


def take_settings(folder: Path) -> None:
    """Set the variables of the installation in `folder`; one that is set already wins."""
    file = folder / FILE
    if not file.is_file():
        sentence = "数据目录 {folder} 里没有 {file}：请先用 scripts/run 启动一次，或检查 --data（环境变量 CALLCENTER_DATA）。"
        raise InvalidInput("wrong_use", sentence, folder=folder, file=FILE)
    for name, value in json.loads(file.read_text(encoding="utf-8")).items():
        os.environ[name] = os.environ.get(name) or value
