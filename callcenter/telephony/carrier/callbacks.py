"""Takes callbacks to the program and brings its scripts: form fields, signed with the account's token."""

import logging

import httpx
from twilio.request_validator import RequestValidator

log = logging.getLogger(__name__)


class Postman:
    """Carries signed requests to the program whose calls these are."""

    def __init__(self, auth_token: str, seconds: float = 10.0) -> None:
        self._validator = RequestValidator(auth_token)
        self._client = httpx.Client(timeout=seconds, trust_env=False)

    def post(self, address: str, form: dict[str, str]) -> None:
        """Deliver a callback once; like Twilio, never again if that fails."""
        try:
            response = self._send("POST", address, form)
        except httpx.HTTPError as failure:
            log.warning("callback not delivered: %s", type(failure).__name__)
            return
        if response.is_error:
            log.warning("callback refused: %s", response.status_code)

    def fetch(self, address: str, form: dict[str, str], method: str) -> str:
        """The script at `address`; OSError where there is none."""
        try:
            response = self._send(method, address, form)
        except httpx.HTTPError as failure:
            raise OSError(type(failure).__name__) from failure
        if response.is_error:
            raise OSError(str(response.status_code))
        return response.text

    def close(self) -> None:
        """Hang up for good."""
        self._client.close()

    def _send(self, method: str, address: str, form: dict[str, str]) -> httpx.Response:
        posted = form if method == "POST" else {}
        headers = {"X-Twilio-Signature": self._validator.compute_signature(address, posted), "User-Agent": "TwilioProxy/1.1"}
        return self._client.request(method, address, data=posted or None, headers=headers)
