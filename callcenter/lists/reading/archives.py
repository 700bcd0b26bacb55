"""Zip-packed workbooks before anything is unpacked for good: what they are, and whether reading them is safe.

The reader holds a sheet as a full rectangle and repeats every shared string in each cell that names it, so a few kilobytes can ask for
all the memory there is. Two bounds are proved here from the bytes of the sheets: how far the cells reach, and how much text they come
to. Where the proof is not plain (other spellings of the XML, other packers), the file is read apart, in a process with limits.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from callcenter.lists.refusals import ListRefused

MAX_PART = 256 * 2**20
MAX_RATIO = 100
MAX_UNPACKED = 3 * 2**30
MAX_PARTS = 20_000
MAX_CELLS = 30_000_000
"""A full rectangle of so many cells takes about a gigabyte while it is read."""
MAX_TEXT = 2**30
"""So much text may the cells come to, shared strings counted at each use."""

_LAST_ROW, _LETTER_COLUMNS = 1_048_576, 26
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
_ROW = rb"(?:\d{1,6}|10[0-4]\d{4})"
_SIDE_CELL = re.compile(rb'<c(?! r="[A-Z]%b")(?: r="([A-Z]{2,3})%b"|(?=[\s/>]))' % (_ROW, _ROW))
"""A cell that is not in columns A to Z; nothing captured where it is spelt in another way or lies beyond the last row."""
_OTHER_CELL = re.compile(rb":c[\s/>]")
_VALUED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*?(/?)>')
_STRING_END = b"</si>"
_CHUNK = 1 << 20
_TAG = 64
"""No tag that is looked for is longer."""


def kind(data: bytes) -> str:
    """`xlsx` where it is plain enough to be read here, else `apart`; what is no spreadsheet is refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as broken:
        raise ListRefused("corrupt", "压缩结构不完整") from broken
    with archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise ListRefused("encrypted")
        found = _office_kind(archive, {part.filename for part in parts})
        _refuse_bombs(parts)
        plain = found == "xlsx" and _packed_plainly(data, parts)
        try:
            return "xlsx" if plain and _within_bounds(archive, parts) else "apart"
        except _BROKEN as broken:
            raise ListRefused("corrupt", "压缩内容有误") from broken


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        if part.file_size > MAX_PART and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise ListRefused("bomb", f"{part.file_size // 2**20} MB")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise ListRefused("bomb", f"{unpacked // 2**20} MB")


def _packed_plainly(data: bytes, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether every reader of zip files sees the same parts: one directory at the end, no name twice, the usual methods."""
    end = data.rfind(b"PK\x05\x06")
    once = data.find(b"PK\x05\x06", max(0, len(data) - 70_000)) == end
    whole = end + 22 + int.from_bytes(data[end + 20 : end + 22], "little") == len(data)
    names = {part.filename.casefold() for part in parts}
    return once and whole and len(names) == len(parts) and all(part.compress_type in (0, 8) for part in parts)


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.xml" in names or "xl/_rels/workbook.xml.rels" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "encrypted-package" in names:
        raise ListRefused("encrypted")
    if "content.xml" in names:
        return _open_document(archive, names)
    if any(name.startswith("word/") for name in names):
        raise ListRefused("unsupported", "Word 文件")
    if any(name.startswith("ppt/") for name in names):
        raise ListRefused("unsupported", "PowerPoint 文件")
    if any(name.startswith("xl/") for name in names) or "[Content_Types].xml" in names:
        raise ListRefused("corrupt", "缺少工作簿")
    raise ListRefused("unsupported", "压缩包")


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    manifest = _start_of(archive, "META-INF/manifest.xml", 2**20) if "META-INF/manifest.xml" in names else b""
    if b"encryption-data" in manifest:
        raise ListRefused("encrypted")
    mime = _start_of(archive, "mimetype", 200) if "mimetype" in names else b""
    if mime and b"spreadsheet" not in mime:
        raise ListRefused("unsupported", "文本或演示文档")
    return "ods"


def _start_of(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(size)
    except _BROKEN as broken:
        raise ListRefused("corrupt", "压缩内容有误") from broken


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in blocks that never cut a tag; of long text between tags the end may be missing."""
    rest = b""
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            block = rest + chunk
            cut = block.rfind(b"<")
            if cut < 0:
                rest = block[:_TAG] if rest else b""
                continue
            yield block[:cut]
            rest = block[cut : cut + _TAG]
    yield rest


def _within_bounds(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether it is proved that reading the workbook is safe; refused where it is proved that it is not."""
    strings = [part for part in parts if part.filename.casefold() == "xl/sharedstrings.xml"]
    sheets, wide = 0, False
    for part in parts:
        if part in strings:
            continue
        letters = _side_columns(archive, part)
        if b"" in letters:
            return False
        wide = wide or bool(letters)
        sheets += part.file_size > 0 and "worksheet" in part.filename
    if (wide or sheets * _LAST_ROW * _LETTER_COLUMNS > 2 * MAX_CELLS) and not _reach_is_small(archive, parts):
        raise ListRefused("bomb", "工作表范围过大")
    return not strings or _text_is_small(archive, strings[0], parts)


def _side_columns(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> set[bytes]:
    """Letters of the columns beyond Z in which a part has cells; none among them, an empty one, where a cell is spelt in another way."""
    found: set[bytes] = set()
    for block in _blocks(archive, part):
        found.update(_SIDE_CELL.findall(block))
        if b"" in found or _OTHER_CELL.search(block):
            return {b""}
    return found


def _reach_is_small(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether the rectangles that the filled cells of the sheets span are small, each and together."""
    total = 0
    for part in parts:
        rows = columns = 0
        for block in _blocks(archive, part):
            for letters, digits, empty in _VALUED.findall(block):
                if not empty:
                    rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        total += rows * columns
        if rows * columns > MAX_CELLS:
            return False
    return total <= 3 * MAX_CELLS


def _text_is_small(archive: zipfile.ZipFile, strings: zipfile.ZipInfo, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether the cells' shared strings, counted at each use, stay within the bound: the longest of them in every cell, to be sure."""
    longest = _longest_string(archive, strings)
    others = [part for part in parts if part is not strings]
    if longest * sum(part.file_size // 24 for part in others) <= MAX_TEXT:  # no cell takes less than 24 bytes
        return True
    cells = sum(block.count(b"<c ") for part in others for block in _blocks(archive, part))
    return longest * cells <= MAX_TEXT


def _longest_string(archive: zipfile.ZipFile, strings: zipfile.ZipInfo) -> int:
    longest = open_since = 0
    with archive.open(strings) as opened:
        while chunk := opened.read(_CHUNK):
            first, *others = chunk.split(_STRING_END)
            longest = max(longest, open_since + len(first), *map(len, others))
            open_since = len(others[-1]) if others else open_since + len(chunk)
    return longest


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place
