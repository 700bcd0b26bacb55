"""The error tree: every mistake a user can make ends in one of these, with a sentence that says what to do.

CallcenterError
├── InvalidInput      what was typed or sent cannot be used as it is
├── Refused           understood, but a rule of the study or the house forbids it
├── NotFound          no such thing, or none that this person may see
├── Forbidden         this person may not do that
├── Conflict          somebody else was faster, or the thing has moved on
└── Unavailable       a part outside this process does not answer: try again
"""


class Phrase(str):
    """A part of a sentence that has a translation of its own."""

    __slots__ = ()


class Translated(str):
    """A part of a sentence that brings its English with it: what was put together of many parts."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, text: str, english: str) -> "Translated":
        """The Chinese text, which it is where nobody asks for English."""
        made = super().__new__(cls, text)
        made.english = english
        return made


class CallcenterError(Exception):
    """An expected failure.

    `text` is the Chinese sentence shown to users and the key of its translation;
    `{placeholders}` in it are filled from `about` after translation. `code` is stable and never translated.
    """

    def __init__(self, code: str, text: str, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.about = about

    def __str__(self) -> str:
        return self.text.format(**self.about) if self.about else self.text


class InvalidInput(CallcenterError):
    """What was typed or sent cannot be used as it is."""


class Refused(CallcenterError):
    """Understood, but a rule of the study or of the house forbids it."""


class NotFound(CallcenterError):
    """There is no such thing, or none that this person may see."""


class Forbidden(CallcenterError):
    """This person may not do that."""


class Conflict(CallcenterError):
    """Somebody else was faster, or the thing has moved on since it was shown."""


class Unavailable(CallcenterError):
    """A part outside this process does not answer; trying again later can help."""
