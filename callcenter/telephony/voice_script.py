"""A call's steps in the carrier's language (TwiML)."""

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callcenter.calls.voice_steps import Ask, GoOn, HangUp, Join, Keep, Say, Script, Step, Wait

LANGUAGE = "zh-CN"
IN_ROOM = 10
"""Legs that a room may hold: informant, operator, listening supervisors."""


def twiml(script: Script, doors: str) -> str:
    """The script as TwiML; `doors` is the public address under which our webhooks answer."""
    response = VoiceResponse()
    for step in script.steps:
        _write(response, step, doors)
    return str(response)


def _write(response: VoiceResponse, step: Step, doors: str) -> None:
    match step:
        case Say() | Wait():
            _speak(response, step)
        case Ask():
            response.append(_ask(step, doors))
        case Join():
            response.append(_join(step, doors))
        case Keep():
            response.record(
                action=_door(doors, step.then),
                method="POST",
                max_length=step.seconds,
                timeout=5,
                finish_on_key="#",
                play_beep=True,
                trim="trim-silence",
                recording_status_callback=_door(doors, step.told_at),
                recording_status_callback_method="POST",
                recording_status_callback_event="completed",
            )
        case GoOn():
            response.redirect(_door(doors, step.at), method="POST")
        case HangUp():
            response.hangup()


def _speak(verb: VoiceResponse | Gather, step: Say | Wait) -> None:
    if isinstance(step, Say):
        verb.say(step.text, language=LANGUAGE)
    else:
        verb.pause(length=step.seconds)


def _ask(step: Ask, doors: str) -> Gather:
    gather = Gather(input="dtmf", action=_door(doors, step.then), method="POST", num_digits=step.keys, timeout=step.seconds)
    for spoken in step.spoken:
        _speak(gather, spoken)
    return gather


def _join(step: Join, doors: str) -> Dial:
    dial = Dial(hangup_on_star=False)
    extra: dict[str, object] = {"coach": step.coaches} if step.coaches else {}
    if step.told_at:
        told = {"status_callback": _door(doors, step.told_at), "status_callback_method": "POST", "status_callback_event": "join leave end"}
        extra |= told
    dial.conference(
        step.room,
        beep="false",
        muted=step.muted,
        start_conference_on_enter=True,
        end_conference_on_exit=step.ends_room,
        max_participants=IN_ROOM,
        **extra,
    )
    return dial


def _door(doors: str, name: str) -> str:
    return f"{doors.rstrip('/')}/{name}"
