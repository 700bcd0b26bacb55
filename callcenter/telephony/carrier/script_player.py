"""Reads the script (TwiML) that a call was given and says how long it takes and how it goes on. Pure."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

CHARACTERS_A_SECOND = 4.5


class BadScript(ValueError):
    """What came is no script."""


@dataclass(frozen=True)
class Course:
    """`seconds` until it goes on: the call `stays` in a room, is sent to another `address`, or ends."""

    seconds: float
    stays: bool = False
    room: str | None = None
    address: str | None = None


def course(script: str) -> Course:
    """What a carrier does with `script`, as far as calls need it: Say, Play, Pause, Dial a conference, Redirect, Reject, Hangup."""
    try:
        root = ET.fromstring(script)  # noqa: S314  # comes from the program whose calls these are, on the same machine
    except ET.ParseError as fault:
        raise BadScript(str(fault)) from fault
    if root.tag != "Response":
        raise BadScript(f"<{root.tag}> where <Response> belongs")
    seconds = 0.0
    for verb in root:
        if verb.tag in {"Hangup", "Reject"}:
            return Course(seconds)
        if verb.tag == "Redirect":
            return Course(seconds, address=(verb.text or "").strip())
        if verb.tag == "Dial":
            conference = verb.find("Conference")
            return Course(seconds, stays=True, room=(conference.text or "").strip() if conference is not None else None)
        seconds += _lasts(verb)
    return Course(seconds)


def _lasts(verb: ET.Element) -> float:
    if verb.tag == "Pause":
        return float(verb.get("length", "1"))
    if verb.tag == "Say":
        return len(verb.text or "") / CHARACTERS_A_SECOND
    return 0.0
