"""What the carrier is told to do once somebody answers (TwiML)."""

from twilio.twiml.voice_response import Dial, VoiceResponse


def join_operator(attempt_id: int) -> str:
    """Put the enterprise through to the room where the attempt's operator waits; the call ends when either leaves."""
    dial = Dial(hangup_on_star=False)
    dial.conference(f"attempt-{attempt_id}", beep="false", start_conference_on_enter=True, end_conference_on_exit=True, max_participants=3)
    response = VoiceResponse()
    response.append(dial)
    return str(response)


def hang_up() -> str:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)
