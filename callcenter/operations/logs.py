"""Logs of every process: JSON lines on stderr, with reference numbers, without personal data."""

import logging
import sys
import traceback
from typing import Any

import structlog


def configure(level: str) -> None:
    """Write JSON lines from `level` up; libraries' own logs are quieter, because some write addresses with query strings."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), logging.INFO)),
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def told(failure: BaseException) -> dict[str, Any]:
    """What a log may say of a failure: its kind and where it happened. Its message may hold names or numbers, so it stays out."""
    places = [f"{frame.filename.rsplit('/callcenter/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in _frames(failure)]
    return {"failure": f"{type(failure).__module__}.{type(failure).__qualname__}", "where": places}


def _frames(failure: BaseException) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(failure.__traceback__) if "site-packages" not in frame.filename][-8:]
