"""The REST API for calls, conferences and recordings, as Twilio describes it."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from callcenter import clock
from callcenter.telephony.carrier.asking import (
    E164,
    ENDPOINT,
    WEB,
    Account,
    Board,
    Fields,
    FoundCall,
    FoundRecording,
    RestError,
    flag,
    not_found,
    own_account,
    page,
    seconds,
)
from callcenter.telephony.carrier.call import API_VERSION, Call, Wanted, new_sid
from callcenter.telephony.carrier.exchange import Exchange
from callcenter.telephony.carrier.rooms import Member, Room
from callcenter.telephony.carrier.script_player import Verb

router = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{owner}}")
Answer = dict[str, object]
OPTIONS = ("Muted", "StartConferenceOnEnter", "EndConferenceOnExit")


@router.post("/Calls.json", status_code=201)
def create(known: Account, fields: Fields, board: Board) -> Answer:
    """Place a call."""
    _crowd(board)
    url, twiml = str(fields.get("Url", "")).strip(), str(fields.get("Twiml", ""))
    if not twiml and not WEB.fullmatch(url):
        raise RestError(400, 21205, "Url is not a valid URL")
    call = _wanted(fields, known, str(fields.get("AsyncAmdStatusCallback", "")))
    call.wanted.url, call.wanted.twiml = url or None, twiml or None
    call.wanted.method = str(fields.get("Method", "POST")).upper()
    board.place(call)
    return call.as_json()


@router.get("/Calls.json", dependencies=[Depends(own_account)])
def listed(request: Request, board: Board) -> Answer:
    """A page of calls, newest first."""
    status, to = request.query_params.get("Status"), request.query_params.get("To")
    chosen = [call for call in reversed(board.calls.values()) if status in {None, call.status} and to in {None, call.to}]
    return page([call.as_json() for call in chosen], "calls", request)


@router.get("/Calls/{sid}.json")
def fetch(call: FoundCall) -> Answer:
    """One call."""
    return call.as_json()


@router.post("/Calls/{sid}.json")
def update(call: FoundCall, fields: Fields, board: Board) -> Answer:
    """End a call, or hand it another script."""
    status, url, twiml = (str(fields.get(name, "")) for name in ("Status", "Url", "Twiml"))
    if status not in {"", "completed", "canceled"}:
        raise RestError(400, 21218, "Invalid Status: completed and canceled are served here")
    if status and board.hang_up(call, status, clock.now()):
        return call.as_json()
    if status or call.status != "in-progress":
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    with board.lock:
        now = clock.now()
        call.after, call.turn = None, call.turn + 1
        board.rooms.leave(call, now)
        if twiml:
            board.player.play(call, now, twiml)
        elif url:
            board.player.ask(call, now, url, str(fields.get("Method", "POST")).upper())
        board.run_soon(call, now)
    return call.as_json()


@router.post("/Calls/{sid}/Recordings.json", status_code=201)
def record(call: FoundCall, fields: Fields, board: Board) -> Answer:
    """Record a call from now on."""
    if call.status != "in-progress":
        raise RestError(400, 21220, "Requested resource is not eligible for recording")
    channels = 2 if fields.get("RecordingChannels") == "dual" else 1
    with board.lock:
        told_at = str(fields.get("RecordingStatusCallback", ""))
        return board.recordings.begin(call, "StartCallRecordingAPI", clock.now(), channels=channels, told_at=told_at).as_json()


@router.post("/Calls/{sid}/Recordings/{recording_sid}.json")
def end_recording(call: FoundCall, recording: FoundRecording, fields: Fields, board: Board) -> Answer:
    """Stop a recording."""
    if recording.call is not call or fields.get("Status") != "stopped":
        raise RestError(400, 20001, "Only stopped is served here, for a recording of the call")
    if recording.ended is not None:
        raise RestError(400, 21220, "Recording is not in-progress")
    with board.lock:
        board.recordings.end(recording, clock.now())
        board.run_soon(call, clock.now())
        return recording.as_json() | {"status": "stopped"}


@router.get("/Recordings.json", dependencies=[Depends(own_account)])
def recordings(request: Request, board: Board) -> Answer:
    """A page of recordings, those of one call where it is named."""
    of = request.query_params.get("CallSid")
    return page([one.as_json() for one in board.recordings.all.values() if of in {None, one.call.sid}], "recordings", request)


@router.get("/Recordings/{recording_sid}.json")
def recording(recording: FoundRecording) -> Answer:
    """One recording."""
    return recording.as_json()


@router.get("/Recordings/{recording_sid}.wav")
def sound(recording: FoundRecording) -> Response:
    """Its sound."""
    if recording.ended is None:
        raise RestError(404, 20404, "The recording is not ready")
    return Response(recording.sound(), media_type="audio/x-wav")


@router.delete("/Recordings/{recording_sid}.json", status_code=204)
def delete_recording(recording: FoundRecording, board: Board) -> Response:
    """Forget a recording."""
    del board.recordings.all[recording.sid]
    return Response(status_code=204)


@router.get("/Conferences.json", dependencies=[Depends(own_account)])
def conferences(request: Request, board: Board) -> Answer:
    """A page of conferences, newest first."""
    name, status = request.query_params.get("FriendlyName"), request.query_params.get("Status")
    chosen = [room for room in reversed(board.rooms.all.values()) if name in {None, room.name} and status in {None, room.status}]
    return page([room.as_json() for room in chosen], "conferences", request)


@router.get("/Conferences/{room}.json")
def conference(room: str, known: Account, board: Board) -> Answer:
    """One conference, ended ones too."""
    if room not in board.rooms.all:
        raise not_found(known, f"Conferences/{room}")
    return board.rooms.all[room].as_json()


@router.post("/Conferences/{room}.json")
def end_conference(room: str, known: Account, fields: Fields, board: Board) -> Answer:
    """End a conference."""
    found = _room(board, known, room)
    if fields.get("Status") != "completed":
        raise RestError(400, 20001, "Only completed is served here")
    with board.lock:
        members = list(found.members.values())
        if members:
            board.rooms.end(found, members[0].call, clock.now())
    return found.as_json()


@router.post("/Conferences/{room}/Participants.json", status_code=201)
def invite(room: str, known: Account, fields: Fields, board: Board) -> Answer:
    """Call somebody into a conference, which begins with its first member."""
    _crowd(board)
    call = _wanted(fields, known, str(fields.get("AmdStatusCallback", "")))
    told = str(fields.get("ConferenceStatusCallback", ""))
    events = " ".join(str(event) for event in fields.getlist("ConferenceStatusCallbackEvent"))
    options = {name[0].lower() + name[1:]: str(fields[name]).lower() for name in OPTIONS if name in fields}
    options |= {"statusCallback": told, "statusCallbackEvent": events} if told else {}
    options |= {"coach": str(fields["CallSidToCoach"])} if flag(fields, "Coaching") else {}
    call.wanted.room_options = Verb("Conference", room, options)
    with board.lock:
        conference = board.rooms.open(room, known, call.created)
        member = board.rooms.invite(call, conference, call.wanted.room_options, call.created, str(fields.get("Label", "")) or None)
    board.place(call)
    return conference.member_as_json(member)


@router.get("/Conferences/{room}/Participants.json")
def participants(room: str, known: Account, request: Request, board: Board) -> Answer:
    """Who is in a conference."""
    found = _room(board, known, room)
    return page([found.member_as_json(one) for one in found.members.values()], "participants", request)


@router.get("/Conferences/{room}/Participants/{call_sid}.json")
def participant(room: str, call_sid: str, known: Account, board: Board) -> Answer:
    """One member."""
    found, member = _member(board, known, room, call_sid)
    return found.member_as_json(member)


@router.post("/Conferences/{room}/Participants/{call_sid}.json")
def change_participant(room: str, call_sid: str, known: Account, fields: Fields, board: Board) -> Answer:
    """Mute, hold or let coach."""
    found, member = _member(board, known, room, call_sid)
    muted, hold, coaching, ends = (flag(fields, name) for name in ("Muted", "Hold", "Coaching", "EndConferenceOnExit"))
    member.muted = member.muted if muted is None else muted
    member.on_hold = member.on_hold if hold is None else hold
    member.ends_room = member.ends_room if ends is None else ends
    if coaching is not None:
        member.coaching = str(fields.get("CallSidToCoach", "")) or None if coaching else None
    return found.member_as_json(member)


@router.delete("/Conferences/{room}/Participants/{call_sid}.json", status_code=204)
def remove_participant(room: str, call_sid: str, known: Account, board: Board) -> Response:
    """Put somebody out of a conference; their call ends."""
    _, member = _member(board, known, room, call_sid)
    board.hang_up(member.call, "completed", clock.now())
    return Response(status_code=204)


def _room(board: Exchange, known: str, name: str) -> Room:
    room = board.rooms.named(name)
    if room is None:
        raise not_found(known, f"Conferences/{name}")
    return room


def _member(board: Exchange, known: str, name: str, call_sid: str) -> tuple[Room, Member]:
    room = _room(board, known, name)
    if call_sid not in room.members:
        raise not_found(known, f"Conferences/{name}/Participants/{call_sid}")
    return room, room.members[call_sid]


def _crowd(board: Exchange) -> None:
    if board.faults.hits("crowded", len(board.calls)):
        raise RestError(429, 20429, "Too Many Requests")


def _wanted(fields: FormData, account_sid: str, machine_callback: str) -> Call:
    """The call that a form asks for, or the error that Twilio gives for it."""
    to, caller = (str(fields.get(name, "")).strip() for name in ("To", "From"))
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not caller:
        raise RestError(400, 21213, "'From' phone number is required")
    if not ENDPOINT.fullmatch(to):
        raise RestError(400, 21211, "The phone number you are attempting to call is not valid.")
    if not E164.fullmatch(caller):
        raise RestError(400, 21212, "The source phone number provided is not a valid E.164 number.")
    wanted = Wanted(
        status_callback=str(fields["StatusCallback"]) if "StatusCallback" in fields else None,
        events=frozenset(str(event) for event in fields.getlist("StatusCallbackEvent")) or frozenset({"completed"}),
        timeout=seconds(fields, "Timeout", 60, 600),
        time_limit=seconds(fields, "TimeLimit", 14400, 86400),
        machine_callback=machine_callback or None if "MachineDetection" in fields else None,
    )
    return Call(new_sid("CA"), account_sid, to, caller, wanted, clock.now())
