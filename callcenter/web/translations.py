"""Texts in two languages: Chinese sentences are the keys, English comes from the catalogues beside (`locale/en/*.po`)."""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from callcenter.errors import Phrase, Translated

LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="zh")


def speak(language: str) -> None:
    """Use this language for the rest of the request."""
    _language.set(language if language in LANGUAGES else "zh")


def language() -> str:
    """The language of this request."""
    return _language.get()


def gettext(text: str, **about: object) -> str:
    """The text in the language of this request, its {placeholders} filled."""
    found = text if language() == "zh" else english().get(text, text)
    return found.format(**{name: _part(part) for name, part in about.items()}) if about else found


def _part(part: object) -> object:
    if isinstance(part, Translated):
        return part.english if language() == "en" else part
    return gettext(part) if isinstance(part, Phrase) else part


def noted(text: str) -> str:
    """Mark a text for the catalogue without translating it here (the catalogue test finds it)."""
    return text


@cache
def english() -> dict[str, str]:
    """The English catalogue: every file of its folder."""
    texts: dict[str, str] = {}
    for file in sorted((CATALOGUES / "en").glob("*.po")):
        with file.open("rb") as opened:
            texts |= {str(message.id): str(message.string) for message in read_po(opened) if message.id and message.string}
    return texts
