"""What a call is told to do, step by step, in words that fit any carrier; the adapters put them into their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Say:
    """Speak a Chinese sentence. It goes to the carrier: no name, code or answer may stand in it."""

    text: str


@dataclass(frozen=True)
class Wait:
    """Silence for some seconds."""

    seconds: int = 1


@dataclass(frozen=True)
class Ask:
    """Speak, and wait for keys; what was pressed is told at `then`. Without a key the steps after this one follow."""

    spoken: tuple[Say | Wait, ...]
    then: str
    """The door that is asked how to go on, such as `menu?call=7`."""
    keys: int = 1
    seconds: int = 6


@dataclass(frozen=True)
class Join:
    """Go into a room, where the others of the talk are."""

    room: str
    ends_room: bool = False
    """Whether the talk is over for everybody when this leg leaves."""
    muted: bool = False
    coaches: str | None = None
    """The call whose holder alone hears this leg; with `muted` nobody does."""
    told_at: str | None = None
    """The door that hears who joins and leaves the room."""


@dataclass(frozen=True)
class Keep:
    """Record what is spoken, up to some seconds; then go on at `then`."""

    then: str
    told_at: str
    """The door that hears when the recording is ready."""
    seconds: int = 120


@dataclass(frozen=True)
class GoOn:
    """Ask a door of ours how to go on."""

    at: str


@dataclass(frozen=True)
class HangUp:
    """End the call."""


Step = Say | Wait | Ask | Join | Keep | GoOn | HangUp


@dataclass(frozen=True)
class Script:
    """Steps, one after the other; after the last one the call ends."""

    steps: Sequence[Step] = field(default=(HangUp(),))


def script(*steps: Step) -> Script:
    """A script of these steps."""
    return Script(steps)
