"""Calls as they happen, by line: seen, listened to in silence, ended; and the words that callers left."""

from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from sse_starlette import EventSourceResponse
from starlette.responses import FileResponse, Response

from callcenter import clock
from callcenter.calls import actions as calls
from callcenter.calls import queries, voice_scripts
from callcenter.calls.actions.moving import CHANNEL
from callcenter.calls.call_states import ENDED
from callcenter.db.engine import transaction
from callcenter.errors import NotFound, Refused
from callcenter.operations.actions import record
from callcenter.other_sources.actions import keep_opinion
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web import telephones, transfers
from callcenter.web.deps import Work
from callcenter.web.live import stream
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow

router = APIRouter()
Supervisor = Annotated[Person, allow("supervisor")]
Listener = Annotated[Person, allow("supervisor", "evaluator")]


@router.get("/supervisor/calls")
def live_calls(request: Request, person: Supervisor, session: Work) -> Response:
    """All calls that are under way."""
    now = queries.live_calls(session)
    lines = [(line, list(found)) for line, found in groupby(now, key=lambda one: one.line)]
    listening = queries.open_leg(session, person.id, "listener")
    values: dict[str, Any] = {
        "place": queries.audio_place(session, person.id),
        "seated": queries.open_leg(session, person.id, "operator"),
        "offer": queries.transfer_to(session, person.id, clock.now()),
    }
    return page(request, person, "supervisor/calls.html", lines=lines, listening=listening, now=clock.now(), **values)


@router.get("/supervisor/calls/live")
async def live(request: Request, person: Supervisor) -> EventSourceResponse:  # noqa: ARG001  # the door
    """That some call went on."""
    return stream(request, {CHANNEL: "calls"})


@router.post("/supervisor/calls/{attempt_id}/listen")
def listen(request: Request, person: Supervisor, attempt_id: int) -> Response:
    """Listen in, heard by nobody: the supervisor's own telephone is rung and put into the room, muted."""
    line = request.app.state.phone_line
    with transaction() as session:
        attempt = queries.attempt(session, attempt_id)
        if attempt.state in ENDED or attempt.call_sid is None:
            raise Refused("call_is_over", "这个电话已经结束。")
        room = queries.seated_room(session, attempt.operator_id) or voice_scripts.room_of_attempt(attempt_id)
        seat = calls.ask_for_leg(session, person.id, attempt_id=attempt_id, room=room)
        if seat is None:
            raise Refused("listening_already", "您正在旁听另一个电话：请先结束旁听。")
        record(session, person.id, "listened_in", "case", attempt.case_id, detail={"attempt": attempt_id})
    telephones.ring(line, seat)
    flash(request, "正在接通您的话机，请接起旁听；对方和话务员听不到您。")
    return see_other("/supervisor/calls")


@router.post("/supervisor/calls/stop-listening")
def stop_listening(request: Request, person: Supervisor) -> Response:
    """End one's listening."""
    telephones.leave(request.app.state.phone_line, person.id, "listener")
    return see_other("/supervisor/calls")


@router.post("/supervisor/calls/transfers/{transfer_id}/{what}")
def answer_transfer(request: Request, person: Supervisor, transfer_id: int, what: Literal["accept", "decline", "leave"]) -> Response:
    """Join a talk that an operator offers, decline, or leave it again; the cases stay with the operator."""
    line = request.app.state.phone_line
    if what == "accept":
        transfers.take_up(line, transfer_id, person.id)
    elif what == "decline":
        with transaction() as session:
            calls.decline_transfer(session, transfer_id, person.id)
    else:
        with transaction() as session:
            if calls.locked_transfer(session, transfer_id)[0].to_user != person.id:
                raise NotFound("no_transfer", "没有这个转接，请刷新页面。")
        transfers.end(line, transfer_id, "left", person.id)
    return see_other("/supervisor/calls")


@router.post("/supervisor/calls/{attempt_id}/end")
def end(request: Request, person: Supervisor, attempt_id: int) -> Response:
    """End a call; its outcome is told by its operator."""
    with transaction() as session:
        attempt = queries.attempt(session, attempt_id)
        sid, over = attempt.call_sid, attempt.state in ENDED
        record(session, person.id, "call_ended", "case", attempt.case_id, detail={"attempt": attempt_id})
    if sid and not over:
        request.app.state.phone_line.hang_up(sid)
    flash(request, "已挂断。")
    return see_other("/supervisor/calls")


@router.get("/supervisor/messages")
def messages(request: Request, person: Supervisor, session: Work) -> Response:
    """Words that callers left, newest first."""
    listed = [(study.title, study.id or 0) for study in studies.studies(session)]
    found = [(title, queries.calls_with_words(session, study_id), _stages(session, study_id)) for title, study_id in listed]
    return page(request, person, "supervisor/messages.html", studies=found)


def _stages(session: Session, study_id: int) -> list[tuple[int, str]]:
    return [(one.id or 0, one.title) for one in studies.stages(session, study_id)]


@router.post("/supervisor/messages/{call_id}")
def handle(
    request: Request,
    person: Supervisor,
    session: Work,
    call_id: int,
    note: Annotated[str, Form(max_length=2000)] = "",
    opinion: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Note what was said, and that somebody listened; `opinion`: the stage among whose opinions it is kept, too, once."""
    call = queries.incoming(session, call_id)
    stage = next((number for number, _title in _stages(session, call.study_id) if str(number) == opinion), None)
    calls.handle_words(session, call_id, person.id, note)  # holds the call: sent twice at once it is one opinion
    if stage is not None and note.strip():
        keep_opinion(session, stage, field_day(call.came_at), note.strip(), person.id)
    flash(request, "已登记。")
    return see_other("/supervisor/messages")


@router.get("/recordings/{recording_id}.wav")
def play(request: Request, person: Listener, recording_id: int) -> Response:
    """The sound of a recording; each access is on the audit trail."""
    with transaction() as session:
        found = queries.recording(session, recording_id)
        if found.state != "stored" or found.file is None or found.deleted_why is not None:
            raise NotFound("no_sound", "这个录音还没有取回，或已删除。")
        file = request.app.state.settings.data_dir / "recordings" / found.file
        record(session, person.id, "recording_played", "recording", recording_id)
    if not file.is_file():
        raise NotFound("no_sound", "这个录音还没有取回，或已删除。")
    return FileResponse(file, media_type="audio/wav", headers={"Cache-Control": "no-store"})
