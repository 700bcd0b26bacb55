"""A package: files with a manifest of their SHA-256, in a zip that is the same to the byte while nothing changed."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callcenter.errors import InvalidInput, Refused

MANIFEST = "manifest.json"
NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> dict[str, Any]:
    """The hash of each file, whose they are, and a seal over the manifest itself."""
    listed = [{"name": name, "size": len(data), "sha256": _sha256(data)} for name, data in sorted(files.items())]
    unsealed = {**about, "files": listed}
    return {**unsealed, "seal": _seal(unsealed)}


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`, sorted, without moments."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, NO_MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            opened.writestr(entry, data)
    return written.getvalue()


def with_manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files with their manifest among them, and the manifest."""
    made = manifest(files, about)
    return {**files, MANIFEST: (json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()}, made


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def read(place: Path) -> dict[str, bytes]:
    """The files of a package that lies in a folder or in a zip."""
    if place.is_dir():
        return {file.relative_to(place).as_posix(): file.read_bytes() for file in sorted(place.rglob("*")) if file.is_file()}
    try:
        return unpack(place.read_bytes())
    except zipfile.BadZipFile as broken:
        raise Refused("package_broken", "{file} 不是完整的压缩包：请重新下载。", file=place) from broken


def verify(files: Mapping[str, bytes]) -> int:
    """How many files agree with the manifest among them; the first that does not is refused by name."""
    if MANIFEST not in files:
        raise InvalidInput("missing_file", "这里没有 {file}：请给出导出包的目录或压缩包。", file=MANIFEST)
    told = _read_manifest(files[MANIFEST])
    listed = {str(entry["name"]): str(entry["sha256"]) for entry in told["files"]}
    for name, digest in listed.items():
        if name not in files:
            raise Refused("file_gone", "导出包中缺少 {file}。", file=name)
        if _sha256(files[name]) != digest:
            raise Refused("file_changed", "{file} 已被改动：与清单中的 SHA-256 不一致。", file=name)
    for name in files:
        if name not in listed and name != MANIFEST:
            raise Refused("file_added", "{file} 不在清单中：它不属于这个导出包。", file=name)
    return len(listed)


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
