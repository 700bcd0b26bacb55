"""Files to fetch: under a name of any language, sent piece by piece."""

from collections.abc import Iterator
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse


def download(pieces: Iterator[bytes], media_type: str, name: str) -> Response:
    """A file under `name`; browsers too old for names in Chinese call it `file`."""
    ending = name.rpartition(".")[2] if "." in name else "bin"
    plain = "".join(letter for letter in ending if letter.isascii() and letter.isalnum())[:8] or "bin"
    disposition = f"attachment; filename=\"file.{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return StreamingResponse(pieces, media_type=media_type, headers={"Content-Disposition": disposition})
