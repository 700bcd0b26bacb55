"""Files that a command reads and places where it writes, judged before the work begins."""

from pathlib import Path

from callcenter.errors import InvalidInput, Refused


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
