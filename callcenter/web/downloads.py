"""Files to fetch: under a name of any language, sent piece by piece."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from callcenter.db.engine import transaction
from callcenter.operations import queries as operations


def download(pieces: Iterator[bytes], media_type: str, name: str) -> Response:
    """A file under `name`; browsers too old for names in Chinese call it `file`."""
    ending = name.rpartition(".")[2] if "." in name else "bin"
    plain = "".join(letter for letter in ending if letter.isascii() and letter.isalnum())[:8] or "bin"
    disposition = f"attachment; filename=\"file.{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return StreamingResponse(pieces, media_type=media_type, headers={"Content-Disposition": disposition})


def parts(read: Callable[[Session, int], bytes]) -> Iterator[bytes]:
    """A stored file, a part at a time until `read` gives nothing, each read by itself: a slow line holds no transaction open."""
    place = 0
    while True:
        with transaction() as session:
            part = read(session, place)
        if not part:
            return
        yield part
        place += 1


def kept_file(name: str) -> Iterator[bytes]:
    """A file that a worker made and keeps under `name`."""
    return parts(lambda session, place: operations.file_part(session, name, place))
