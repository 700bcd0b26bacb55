"""The scripts of calls that we place. Pure; nothing in them tells whom a call is about."""

from callcenter.calls.voice_steps import HangUp, Join, Say, Script, script


def room_of_attempt(attempt_id: int) -> str:
    """The room of one call, where no operator's own leg waits."""
    return f"attempt-{attempt_id}"


def room_of_operator(operator_id: int) -> str:
    """The room in which an operator's own leg waits for call after call."""
    return f"operator-{operator_id}"


def answered(room: str) -> Script:
    """An answered call goes to its room; the talk is over when the enterprise leaves a room of its own."""
    return script(Join(room, ends_room=room.startswith("attempt-")))


def nobody_there() -> Script:
    """A call that was answered after its operator had been told that it failed: an apology, never silence."""
    return script(Say("您好，这里是营商环境电话调查。线路出了一点问题，我们稍后再联系您。打扰了，再见。"), HangUp())


def seated(room: str, told_at: str) -> Script:
    """An operator's own leg: it stays in its room, which ends with it."""
    return script(Join(room, ends_room=True, told_at=told_at))


def joining(room: str, told_at: str) -> Script:
    """Somebody of ours who joins a talk that another leads: heard by all, and leaving ends it for nobody."""
    return script(Join(room, told_at=told_at))


def listening(room: str, told_at: str) -> Script:
    """A supervisor who listens in: heard by nobody, and leaving changes nothing."""
    return script(Join(room, muted=True, told_at=told_at))


def over() -> Script:
    """The end of a call."""
    return script(HangUp())
