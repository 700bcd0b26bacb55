"""A package: files with a manifest of their SHA-256, in a zip that is the same to the byte while nothing changed."""

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from callcenter.errors import InvalidInput, Refused

MANIFEST = "manifest.json"
NO_MOMENT = (1980, 1, 1, 0, 0, 0)


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
    return written.getvalue()


def archive_folder(folder: Path, file: Path) -> None:
    """The same of a folder, a piece at a time, so that it may be large."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for each in sorted(folder.iterdir()):
            with each.open("rb") as read, opened.open(_entry(each.name), "w", force_zip64=True) as written:
                shutil.copyfileobj(read, written, 1 << 20)


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


def verify_at(place: Path) -> int:
    """How many files of a package in a folder or a zip agree with its manifest, read a piece at a time."""
    if place.is_dir():
        found = {file.relative_to(place).as_posix(): file for file in sorted(place.rglob("*")) if file.is_file() or file.is_symlink()}
        return _verify(list(found), lambda name: found[name].open("rb"))
    try:
        with zipfile.ZipFile(place) as opened:
            return _verify(opened.namelist(), opened.open)
    except (zipfile.BadZipFile, zlib.error, EOFError) as broken:
        raise Refused("package_broken", "{file} 不是完整的压缩包：请重新下载。", file=place) from broken


def verify(files: Mapping[str, bytes]) -> int:
    """How many files agree with the manifest among them; the first that does not is refused by name."""
    return _verify(list(files), lambda name: io.BytesIO(files[name]))


def _verify(names: Sequence[str], opened: Callable[[str], IO[bytes]]) -> int:
    if MANIFEST not in names:
        raise InvalidInput("missing_file", "这里没有 {file}：请给出导出包的目录或压缩包。", file=MANIFEST)
    with opened(MANIFEST) as file:
        told = _read_manifest(file.read())
    listed = {str(entry["name"]): str(entry["sha256"]) for entry in told["files"]}
    for name, digest in listed.items():
        if name not in names:
            raise Refused("file_gone", "导出包中缺少 {file}。", file=name)
        with opened(name) as file:
            if _digest(file) != digest:
                raise Refused("file_changed", "{file} 已被改动：与清单中的 SHA-256 不一致。", file=name)
    for place, name in enumerate(names):
        if (name not in listed and name != MANIFEST) or name in names[:place]:
            raise Refused("file_added", "{file} 不在清单中：它不属于这个导出包。", file=name)
    return len(listed)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _read_manifest(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
        unsealed = {name: value for name, value in told.items() if name != "seal"}
        sealed = told.get("seal") == _seal(unsealed) and all({"name", "sha256"} <= set(entry) for entry in told["files"])
    except (ValueError, AttributeError, KeyError, TypeError):
        sealed, told = False, {}
    if not sealed:
        raise Refused("manifest_changed", "{file} 已被改动：它的校验值不一致。", file=MANIFEST)
    return dict(told)


def _seal(unsealed: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(unsealed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
