"""The token with which a browser is reached by the carrier (Voice SDK)."""

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

LASTS_SECONDS = 3600


def token_for(account_sid: str, key_sid: str, key_secret: str, identity: str) -> str:
    """A token that lets `identity` be rung and call nobody: whom we call is decided here alone."""
    token = AccessToken(account_sid, key_sid, key_secret, identity=identity, ttl=LASTS_SECONDS)
    token.add_grant(VoiceGrant(incoming_allow=True))
    return str(token.to_jwt())
