"""Settings from the environment, typed. Secrets have no defaults and known bad ones are refused."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WELL_KNOWN_SECRETS = {"", "secret", "changeme", "change-me", "password", "postgres", "admin", "test", "default"}


class Settings(BaseSettings):
    """All that differs from one installation to the next; each field is an environment variable of that name."""

    model_config = SettingsConfigDict(env_file=None, env_ignore_empty=True, extra="ignore")

    database_url: SecretStr
    """postgresql://user:password@host:port/name of the main role."""
    boards_database_url: SecretStr | None = None
    """The same database under the role that can only read; the boards refuse to start without it."""
    secret_key: SecretStr
    """At least 32 characters, random; signs and names what the browser holds."""
    public_url: str = "http://127.0.0.1:8000"
    """Where browsers and the carrier reach the web process; webhook signatures are checked against it."""
    boards_url: str = "http://127.0.0.1:8001"
    """Where browsers reach the boards."""
    twilio_base_url: str | None = None
    """Another address than Twilio's own, such as the simulated carrier's. Where set, `run` starts no carrier."""
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_byoc: str | None = None
    """The BYOC trunk (BY…) over which a carrier's published numbers can be shown."""
    twilio_api_key_sid: str = ""
    """An API key (SK…) with which browsers get their tokens; without it operators use SIP or desk telephones."""
    twilio_api_key_secret: SecretStr = SecretStr("")
    voice_sdk_file: Path | None = None
    """The carrier's Voice SDK for browsers (twilio.min.js), served to operators who use the browser as telephone."""
    carrier_legal_basis: str = ""
    """On which legal basis numbers and recordings go to a carrier outside this house or abroad; without it such a carrier is not used."""
    carrier_seed: str = "1"
    """Decides who stands behind each number at the simulated carrier; simulated operators are handed the same."""
    field_clock_file: Path | None = None
    """A file that holds field time (ISO 8601). Refused outside a demo."""
    alert_webhook_url: str = ""
    """Where alerts are posted, signed with ALERT_WEBHOOK_SECRET; none: no webhook."""
    alert_webhook_secret: SecretStr = SecretStr("")
    alert_from: Literal["notice", "warning", "stop"] = "warning"
    """The least serious alerts that leave the house."""
    smtp_host: str = ""
    """The mail server that takes alerts; none: no mail."""
    smtp_port: int = 0
    """587, with SMTP_SECURITY=tls 465, unless told."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    alert_mail_from: str = ""
    alert_mail_to: str = ""
    """Addresses, separated by commas."""
    data_dir: Path = Path("data")
    """Where files that the program makes are kept."""
    log_level: str = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _no_default_secret(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if secret.lower() in WELL_KNOWN_SECRETS or len(secret) < 32:
            raise ValueError("SECRET_KEY must be random and have at least 32 characters")
        return value

    @field_validator("twilio_auth_token")
    @classmethod
    def _no_default_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if token and (token.lower() in WELL_KNOWN_SECRETS or len(token) < 16):
            raise ValueError("TWILIO_AUTH_TOKEN must be the account's own token, never a default")
        return value
