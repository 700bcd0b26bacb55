"""Reads the script (TwiML) that a call was given: its verbs, and how long each lasts. Pure."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field

CHARACTERS_A_SECOND = 4.5
VERBS = {"Say", "Play", "Pause", "Gather", "Dial", "Record", "Redirect", "Hangup", "Reject"}
INSIDE = {"Gather": {"Say", "Play", "Pause"}, "Dial": {"Conference", "Number", "Client", "Sip"}}


class BadScript(ValueError):
    """What came is no script."""


@dataclass(frozen=True)
class Verb:
    """One verb with its attributes, its text and what stands inside."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: tuple["Verb", ...] = ()

    def of(self, name: str, otherwise: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, otherwise)

    def seconds(self, name: str, usual: float) -> float:
        """An attribute that is a number of seconds; the usual one where it is none."""
        text = self.of(name)
        return float(text) if text.isascii() and text.isdigit() else usual

    def is_set(self, name: str, *, usual: bool = False) -> bool:
        """An attribute that is true or false."""
        return {"true": True, "false": False}.get(self.of(name).lower(), usual)

    @property
    def lasts(self) -> float:
        """How long it is heard."""
        if self.name == "Pause":
            return self.seconds("length", 1)
        if self.name == "Say":
            return len(self.text) / CHARACTERS_A_SECOND
        return sum(one.lasts for one in self.inside)


def read(script: str) -> tuple[Verb, ...]:
    """The verbs of a script; a verb that calls do not have is refused, so that a slip is noticed here."""
    try:
        root = ET.fromstring(script)  # noqa: S314  # comes from the program whose calls these are, on the same machine
    except ET.ParseError as fault:
        raise BadScript(str(fault)) from fault
    if root.tag != "Response":
        raise BadScript(f"<{root.tag}> where <Response> belongs")
    return tuple(_verb(one, VERBS) for one in root)


def _verb(element: ET.Element, allowed: set[str]) -> Verb:
    if element.tag not in allowed:
        raise BadScript(f"<{element.tag}> is no verb of a call here")
    inside = tuple(_verb(one, INSIDE.get(element.tag, set())) for one in element)
    return Verb(element.tag, (element.text or "").strip(), dict(element.attrib), inside)
