"""What a file is, told by its content; what is no spreadsheet is refused here."""

import re

from callcenter.lists.reading import archives, delimited
from callcenter.lists.refusals import ListRefused

UNKNOWN = "无法识别的二进制文件"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (
    (b"%PDF", "PDF 文件"),
    (b"{\\rtf", "Word（RTF）文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
)
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a]")
_HEAD = 8192
_MOST_CONTROLS = 0.02
"""Text may hold a few control characters (a cell pasted from elsewhere, the ^Z of old exports); a binary file is full of them."""
_HTML = re.compile(rb"<(!doctype|html|head|meta|body|table|style|script|div|!--|tr|center|font|p>|span)")
_HEADER_SIGNS = [name.encode(encoding) for name in ("名称", "姓名") for encoding in ("utf-8", "gb18030")]
_BOF = re.compile(rb"\x09[\x00\x02\x04\x08](?:[\x04-\x10])\x00")
_FILEPASS = b"\x2f\x00"


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def kind(data: bytes) -> str:
    """`text`, `xlsx` (plain enough to be read here) or `apart` (any other workbook); all else is refused with what it is."""
    if data.startswith(_ZIP):
        return archives.kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    for start, what in _OTHER:
        if data.startswith(start) and (what != "图片" or _CONTROLS.search(data[:512])):
            raise ListRefused("unsupported", what)
    _refuse_markup(_readable_start(data))
    if _is_binary(data[:_HEAD]):
        raise ListRefused("unsupported", UNKNOWN)
    return "text"


def is_workbook(data: bytes) -> bool:
    """Whether `data` begins as a workbook does, broken or not."""
    return data.startswith((*_ZIP, _OLE))


def _wide(start: bytes) -> bool:
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or bool(delimited.utf_16_without_mark(start))


def _is_binary(start: bytes) -> bool:
    if _wide(start) or any(sign in start for sign in _HEADER_SIGNS):
        return False
    return len(_CONTROLS.findall(start)) > max(8, _MOST_CONTROLS * len(start))


def _readable_start(data: bytes) -> bytes:
    """The first characters as single bytes, whatever their width, for a look at what they say."""
    start = data[:_HEAD]
    return (
        start.replace(b"\x00", b"").lstrip(b"\xff\xfe")
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<\x00" in start[:4]
        else start[:4096]
    )


def _refuse_markup(start: bytes) -> None:
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"mime-version:") or b"content-type: multipart/related" in start:
        raise ListRefused("unsupported", "网页存档（MHT）")
    if not start.startswith(b"<"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start or b"mso-application" in start:
        raise ListRefused("unsupported", "XML 电子表格 2003")
    if _HTML.match(start) or (start.startswith(b"<?xml") and b"<html" in start):
        raise ListRefused("unsupported", "网页（HTML）")
    if start.startswith(b"<?xml") or re.match(rb"<[a-z][\w:.-]*[\s>/]", start):
        raise ListRefused("unsupported", "XML 文件")


def _ole_kind(data: bytes) -> str:
    if _utf16("EncryptedPackage") in data or _utf16("EncryptionInfo") in data or _has_file_password(data):
        raise ListRefused("encrypted")
    if _utf16("Workbook") in data or _utf16("Book") in data:
        return "apart"
    if _utf16("WordDocument") in data:
        raise ListRefused("unsupported", "Word 文件")
    if _utf16("PowerPoint Document") in data:
        raise ListRefused("unsupported", "PowerPoint 文件")
    raise ListRefused("corrupt", "不是完整的 .xls 文件")


def _has_file_password(data: bytes) -> bool:
    """Whether a workbook stream, which begins on a sector, has a FILEPASS record among its first."""
    sectors = range(512, len(data), 512)
    return any(_BOF.match(data, sector) and _begins_with_password(data[sector : sector + 512]) for sector in sectors)


def _begins_with_password(records: bytes) -> bool:
    place = 0
    while place + 4 <= len(records):
        if records[place : place + 2] == _FILEPASS:
            return True
        place += 4 + int.from_bytes(records[place + 2 : place + 4], "little")
    return False
