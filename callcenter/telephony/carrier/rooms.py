"""Conferences: who is in which room, how, and what the program hears of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from callcenter.telephony.carrier.call import API_VERSION, Call, new_sid, rfc2822
from callcenter.telephony.carrier.script_player import Verb

Tell = Callable[[Call, str, dict[str, str], datetime], None]
"""Plans a callback: of which call, to which address, with which fields, when."""
STATES = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "in-progress": "connected"}


@dataclass
class Member:
    """One call in a room."""

    call: Call
    since: datetime
    muted: bool = False
    on_hold: bool = False
    coaching: str | None = None
    ends_room: bool = False
    starts_room: bool = True
    label: str | None = None


@dataclass(eq=False)
class Room:
    """A conference from its first member to its end."""

    sid: str
    account_sid: str
    name: str
    created: datetime
    status: str = "init"
    ended: datetime | None = None
    members: dict[str, Member] = field(default_factory=dict)
    told_at: str = ""
    events: frozenset[str] = frozenset()
    sequence: int = 0

    def as_json(self) -> dict[str, object]:
        """The resource as the REST API shows it."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Conferences/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "friendly_name": self.name,
            "status": self.status,
            "region": "us1",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.created),
            "reason_conference_ended": "last-participant-left" if self.ended else None,
            "call_sid_ending_conference": None,
            "uri": f"{uri}.json",
            "subresource_uris": {"participants": f"{uri}/Participants.json", "recordings": f"{uri}/Recordings.json"},
        }

    def member_as_json(self, member: Member) -> dict[str, object]:
        """A participant as the REST API shows it."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Conferences/{self.sid}/Participants/{member.call.sid}.json"
        return {
            "account_sid": self.account_sid,
            "call_sid": member.call.sid,
            "label": member.label,
            "call_sid_to_coach": member.coaching,
            "coaching": member.coaching is not None,
            "conference_sid": self.sid,
            "date_created": rfc2822(member.since),
            "date_updated": rfc2822(member.since),
            "end_conference_on_exit": member.ends_room,
            "muted": member.muted,
            "hold": member.on_hold,
            "start_conference_on_enter": member.starts_room,
            "status": STATES.get(member.call.status, "complete"),
            "uri": uri,
        }


class Rooms:
    """All conferences of the account. Its caller holds the exchange's lock."""

    def __init__(self, tell: Tell, comes_back: Callable[[Call, datetime], None]) -> None:
        self.all: dict[str, Room] = {}
        self.open_by_name: dict[str, Room] = {}
        self.tell, self.comes_back = tell, comes_back

    def named(self, name: str) -> Room | None:
        """The open room of that name or id."""
        room = self.open_by_name.get(name) or self.all.get(name)
        return room if room is not None and room.ended is None else None

    def open(self, name: str, account_sid: str, at: datetime) -> Room:
        """The open room of that name, or a new one."""
        room = self.named(name)
        if room is None:
            room = Room(new_sid("CF"), account_sid, name, at)
            self.all[room.sid] = self.open_by_name[name] = room
        return room

    def invite(self, call: Call, room: Room, options: Verb, at: datetime, label: str | None = None) -> Member:
        """Note a call as a member, before it is answered too."""
        member = Member(
            call,
            at,
            muted=options.is_set("muted"),
            coaching=options.of("coach") or None,
            ends_room=options.is_set("endConferenceOnExit"),
            starts_room=options.is_set("startConferenceOnEnter", usual=True),
            label=label,
        )
        room.members[call.sid] = member
        call.room, call.room_sid = room.name, room.sid
        if options.of("statusCallback"):
            room.told_at, room.events = options.of("statusCallback"), frozenset(options.of("statusCallbackEvent").split())
        return member

    def enter(self, call: Call, at: datetime) -> None:
        """A member has been answered: it is heard in the room."""
        room = self.all.get(call.room_sid or "")
        if room is None:
            return
        self._say(room, "participant-join", call, at)
        if room.status == "init" and room.members[call.sid].starts_room:
            room.status = "in-progress"
            self._say(room, "conference-start", call, at)

    def leave(self, call: Call, at: datetime) -> None:
        """A member goes; the room ends with one that ends it, and with the last one."""
        room = self.all.get(call.room_sid or "")
        member = room.members.pop(call.sid, None) if room else None
        call.room = call.room_sid = None
        if room is None or member is None:
            return
        self._say(room, "participant-leave", call, at)
        if member.ends_room or not room.members:
            self.end(room, call, at)

    def end(self, room: Room, by: Call, at: datetime) -> None:
        """The room is over; whoever is still in it goes on with what follows."""
        if room.ended:
            return
        room.status, room.ended = "completed", at
        self.open_by_name.pop(room.name, None)
        left = list(room.members.values())
        room.members.clear()
        for member in left:
            member.call.room = member.call.room_sid = None
            self.comes_back(member.call, at)
        self._say(room, "conference-end", by, at)

    def _say(self, room: Room, event: str, call: Call, at: datetime) -> None:
        short = event.removeprefix("participant-").removeprefix("conference-")
        room.sequence += 1
        if not room.told_at or short not in room.events:
            return
        form = {
            "AccountSid": room.account_sid,
            "ConferenceSid": room.sid,
            "FriendlyName": room.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(room.sequence),
            "Timestamp": format_datetime(at.astimezone(UTC)),
        }
        self.tell(call, room.told_at, form if event == "conference-end" else form | {"CallSid": call.sid}, at)
