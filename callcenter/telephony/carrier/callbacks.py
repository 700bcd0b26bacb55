"""Takes callbacks to the program and brings its scripts: form fields, signed with the account's token."""

import logging

import httpx
from twilio.request_validator import RequestValidator

log = logging.getLogger(__name__)


class Postman:
    """Carries signed requests to the program whose calls these are."""

    def __init__(self, auth_token: str, seconds: float = 10.0) -> None:
        self._validator = RequestValidator(auth_token)
        self._forger = RequestValidator(auth_token[::-1])
        self._client = httpx.Client(timeout=seconds, trust_env=False)

    def post(self, address: str, form: dict[str, str], *, forged: bool = False) -> None:
        """Deliver a callback once; like Twilio, never again if that fails. A forged one is signed with another token."""
        try:
            response = self._send("POST", address, form, self._forger if forged else self._validator)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            log.warning("callback not delivered: %s", type(failure).__name__)
            return
        if response.is_error:
            log.warning("callback refused: %s", response.status_code)

    def fetch(self, address: str, form: dict[str, str], method: str) -> str:
        """The script at `address`; OSError where there is none."""
        try:
            response = self._send(method, address, form, self._validator)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise OSError(type(failure).__name__) from failure
        if response.is_error:
            raise OSError(str(response.status_code))
        return response.text

    def close(self) -> None:
        """Hang up for good."""
        self._client.close()

    def _send(self, method: str, address: str, form: dict[str, str], signer: RequestValidator) -> httpx.Response:
        posted = form if method == "POST" else {}
        where = address if posted else str(httpx.URL(address).copy_merge_params(form))
        headers = {"X-Twilio-Signature": signer.compute_signature(where, posted), "User-Agent": "TwilioProxy/1.1"}
        return self._client.request(method, where, data=posted or None, headers=headers)
