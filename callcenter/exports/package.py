"""A package: files with a manifest of their SHA-256, in a zip that is the same to the byte while nothing changed.

The manifest has a seal over itself, the zip one over all its bytes (as its comment), so that any change is found: also of what
holds the files together, such as their order, their times, or bits that no reader looks at. Whoever changes a file on purpose can
make both seals anew: only the seal as it was told on another way proves that nobody did.
"""

import hashlib
import io
import json
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from callcenter.errors import InvalidInput, Refused

MANIFEST = "manifest.json"
NO_MOMENT = (1980, 1, 1, 0, 0, 0)
PACKAGES = "packages"
"""What the manifest of a folder of packages lists instead of files: each with its seal."""
_MARK, _DIGEST = b"sha256:", 64
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, LookupError),
    *(NotImplementedError, RuntimeError, ValueError, OSError, OverflowError, MemoryError),
)
"""What reading a damaged zip may end in."""


def manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> dict[str, Any]:
    """The hash of each file, whose they are, and a seal over the manifest itself."""
    return _sealed([{"name": name, "size": len(data), "sha256": _sha256(data)} for name, data in sorted(files.items())], about)


def seal_folder(folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest of what lies in a folder beside it."""
    listed = []
    for file in sorted(file for file in folder.iterdir() if file.name != MANIFEST):
        with file.open("rb") as opened:
            listed.append({"name": file.name, "size": file.stat().st_size, "sha256": hashlib.file_digest(opened, "sha256").hexdigest()})
    made = _sealed(listed, about)
    (folder / MANIFEST).write_bytes(_written(made))
    return made


def _sealed(listed: list[dict[str, Any]], about: Mapping[str, Any]) -> dict[str, Any]:
    unsealed = {**about, "files": listed}
    return {**unsealed, "seal": _seal(unsealed)}


def _written(made: Mapping[str, Any]) -> bytes:
    return (json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`, sorted, without moments."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for name, data in sorted(files.items()):
            opened.writestr(_entry(name), data)
        opened.comment = _MARK + b"0" * _DIGEST
    _seal_zip(written)
    return written.getvalue()


def archive_folder(folder: Path, file: Path) -> None:
    """The same of a folder, a piece at a time, so that it may be large."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for each in sorted(folder.iterdir()):
            with each.open("rb") as read, opened.open(_entry(each.name), "w", force_zip64=True) as written:
                shutil.copyfileobj(read, written, 1 << 20)
        opened.comment = _MARK + b"0" * _DIGEST
    with file.open("r+b") as sealed:
        _seal_zip(sealed)


def _seal_zip(opened: IO[bytes]) -> None:
    """Put the hash of all bytes before it into the end of the zip's comment."""
    digest = _digest_of_zip(opened)
    opened.seek(-_DIGEST, io.SEEK_END)
    opened.write(digest.encode())


def _digest_of_zip(opened: IO[bytes]) -> str:
    opened.seek(0, io.SEEK_END)
    left, digest = opened.tell() - _DIGEST, hashlib.sha256()
    opened.seek(0)
    while left > 0 and (piece := opened.read(min(left, 1 << 20))):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_MOMENT)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


def with_manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files with their manifest among them, and the manifest."""
    made = manifest(files, about)
    return {**files, MANIFEST: _written(made)}, made


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def index_folder(folder: Path) -> None:
    """Write the manifest of a folder of packages, so that one that is lost as a whole is missed."""
    found = sorted(file.parent for file in folder.glob(f"*/{MANIFEST}"))
    listed = [{"name": place.name, "seal": json.loads((place / MANIFEST).read_bytes())["seal"]} for place in found]
    unsealed = {PACKAGES: listed}
    (folder / MANIFEST).write_bytes(_written({**unsealed, "seal": _seal(unsealed)}))


@dataclass(frozen=True)
class Checked:
    """How many files are as they were, and which stand in no manifest, so that nothing can be said of them."""

    files: int
    not_checked: tuple[str, ...] = ()


def verify_at(place: Path, seal: str = "") -> int:
    """How many files of a package (folder or zip), or of a folder of packages, are as they were; read a piece at a time.

    `seal` is that of the manifest as it was told on another way.
    """
    return check_at(place, seal).files


def check_at(place: Path, seal: str = "") -> Checked:
    """The same, also told which files beside packages could not be checked."""
    if not place.is_dir():
        return Checked(_verify_zip(place, seal))
    index = place / MANIFEST
    if not index.exists() and any(each.is_dir() or each.suffix == ".zip" for each in place.iterdir()):
        return _check_beside(place, seal)
    if not index.is_file() or PACKAGES not in (told := _read_manifest(index.read_bytes(), seal)):
        return Checked(_verify_folder(place, seal))
    seals = {str(each["name"]): str(each["seal"]) for each in told[PACKAGES]}
    there = {each.name for each in place.iterdir()} - {MANIFEST}
    for name in sorted(seals.keys() ^ there):
        raise _gone(name) if name in seals else _added(name)
    return Checked(sum(_verify_folder(place / name, of_package) for name, of_package in seals.items()))


def _check_beside(place: Path, seal: str) -> Checked:
    """Packages put together by hand, packed or unpacked, and files taken out of them, which must be as they were in one of them.

    A zip beside the folder of its name is the same package. A folder without a manifest is none, and is named as not checked, unless
    it looks like one that lost its manifest.
    """
    everything = sorted(place.iterdir())
    folders = [each for each in everything if each.is_dir()]
    packages = [each for each in folders if (each / MANIFEST).exists()]
    checked = sum(_verify_folder(each, seal) for each in packages)
    told = {each.name: json.loads((each / MANIFEST).read_bytes()) for each in packages}
    zips = [each for each in everything if not each.is_dir() and _packed(each, {each.name for each in folders})]
    for file in zips:
        checked += _verify_zip(file, told[file.stem]["seal"] if file.stem in told else seal)
        with zipfile.ZipFile(file) as opened:
            told[file.name] = json.loads(opened.read(MANIFEST))
    listed: dict[str, set[str]] = {}
    for entry in (entry for manifest in told.values() for entry in manifest["files"]):
        listed.setdefault(str(entry["name"]), set()).add(str(entry["sha256"]))
    loose = [each for each in folders if each not in packages]
    if not told:
        raise InvalidInput("missing_file", "这里没有 {file}：请给出导出包的目录或压缩包。", file=MANIFEST)
    for folder in loose:
        if f"{folder.name}.zip" in told or any(file.name in listed for file in folder.iterdir()):
            sentence = "{place} 里没有 {file}，它像是丢了清单的导出包：请给出完整的导出包。"
            raise InvalidInput("missing_file", sentence, place=folder.name, file=MANIFEST)
    beside = [each for each in everything if not each.is_dir() and each not in zips]
    for file in (each for each in beside if each.name in listed):
        with file.open("rb") as opened_file:
            if _digest(opened_file) not in listed[file.name]:
                raise Refused("file_changed", "{file} 已被改动：与清单中的 SHA-256 不一致。", file=file.name)
        checked += 1
    return Checked(checked, (*(f"{each.name}/" for each in loose), *(each.name for each in beside if each.name not in listed)))


def _packed(file: Path, folders: Collection[str]) -> bool:
    """Whether it is a package's zip, or should be one: it has the name of a package's folder, or a manifest."""
    if file.suffix != ".zip" or file.stem in folders:
        return file.suffix == ".zip"
    try:
        with zipfile.ZipFile(file) as opened:
            return MANIFEST in opened.namelist()
    except _BROKEN:
        return False


def _gone(name: str) -> Refused:
    return Refused("file_gone", "导出包中缺少 {file}。", file=name)


def _added(name: str) -> Refused:
    return Refused("file_added", "{file} 不在清单中：它不属于这个导出包。", file=name)


def _unsealed() -> Refused:
    return Refused("manifest_changed", "{file} 已被改动：它的校验值不一致。", file=MANIFEST)


def _verify_folder(place: Path, seal: str) -> int:
    """A package is a flat folder of plain files: a folder in it, or a link, was added."""
    files = {file.relative_to(place).as_posix(): file for file in sorted(place.rglob("*"))}
    for name, file in files.items():
        if not stat.S_ISREG(file.lstat().st_mode):
            raise _added(name)
    return _verify(list(files), lambda name: files[name].open("rb"), seal)


def _verify_zip(place: Path, seal: str) -> int:
    try:
        with zipfile.ZipFile(place) as opened:
            checked = _verify(opened.namelist(), opened.open, seal)
            comment = opened.comment
    except _BROKEN as broken:
        raise Refused("package_broken", "{file} 不是完整的压缩包：请重新下载。", file=place) from broken
    with place.open("rb") as whole:
        if comment != _MARK + _digest_of_zip(whole).encode():
            sentence = "{file} 里的文件没有变，但压缩包本身被改动或重新压缩过：请重新下载，或解压后核对目录。"
            raise Refused("package_repacked", sentence, file=place)
    return checked


def verify(files: Mapping[str, bytes]) -> int:
    """How many files agree with the manifest among them; the first that does not is refused by name."""
    return _verify(list(files), lambda name: io.BytesIO(files[name]))


def _verify(names: Sequence[str], opened: Callable[[str], IO[bytes]], seal: str = "") -> int:
    if MANIFEST not in names:
        raise InvalidInput("missing_file", "这里没有 {file}：请给出导出包的目录或压缩包。", file=MANIFEST)
    with opened(MANIFEST) as file:
        told = _read_manifest(file.read(), seal)
    if "files" not in told:
        raise _unsealed()
    listed = {str(entry["name"]): str(entry["sha256"]) for entry in told["files"]}
    for name, digest in listed.items():
        if name not in names:
            raise _gone(name)
        with opened(name) as file:
            if _digest(file) != digest:
                raise Refused("file_changed", "{file} 已被改动：与清单中的 SHA-256 不一致。", file=name)
    for place, name in enumerate(names):
        if (name not in listed and name != MANIFEST) or name in names[:place]:
            raise _added(name)
    return len(listed)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _read_manifest(data: bytes, seal: str = "") -> dict[str, Any]:
    """The manifest, where it is byte for byte as it was written, and sealed (with `seal`, where one is told)."""
    try:
        told = json.loads(data)
        unsealed = {name: value for name, value in told.items() if name != "seal"}
        listed = told[PACKAGES] if PACKAGES in told else told["files"]
        needed = {"name", "seal"} if PACKAGES in told else {"name", "sha256"}
        sealed = told.get("seal") == _seal(unsealed) and all(needed <= set(entry) for entry in listed) and _written(told) == data
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        sealed, told = False, {}
    if not sealed:
        raise _unsealed()
    if seal and told["seal"] != seal:
        raise Refused("other_seal", "{file} 的封签是 {seal}，不是所给的那个：这不是同一个导出包。", file=MANIFEST, seal=told["seal"])
    return dict(told)


def _seal(unsealed: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(unsealed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
