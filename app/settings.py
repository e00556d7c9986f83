"""Settings: environment variables (`HANDSCHLAG_…`) and `.env`, read once into one frozen object."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator can set; the defaults run a complete service on one machine."""

    model_config = SettingsConfigDict(env_prefix="HANDSCHLAG_", env_file=".env", extra="ignore", frozen=True)

    database_url: SecretStr | None = Field(None, description="PostgreSQL 15 or newer; unset: an embedded one")
    data_dir: Path = Field(Path("data"), description="embedded database, signing keys, files")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = Field("", description="issuer of tokens, base of links; unset: this machine and port")
    audience: str = "handschlag"
    token_seconds: int = Field(900, ge=60, le=3600)
    password_login: bool = Field(True, description="local accounts may fetch tokens with login and password")
    worker: Literal["inside", "none"] = Field("inside", description="run deadlines and deliveries in the server")
    tick_seconds: float = Field(1.0, gt=0, le=60, description="how often due deadlines and new events are looked for")
    pool_size: int = Field(20, ge=2, le=200)
    body_limit: int = Field(1 << 20, description="bytes of an ordinary request body")
    bulk_limit: int = Field(64 << 20, description="bytes of an import")
    attachment_limit: int = Field(10 << 20, ge=1024, le=64 << 20, description="bytes of a file beside a report")
    attachments_per_report: int = Field(20, ge=1, le=100)
    storage: Literal["files", "s3"] = Field("files", description="files beside reports: in data_dir, or in a bucket")
    s3_bucket: str = Field("handschlag", description="must exist; needs requirements-s3.lock")
    s3_endpoint: str | None = Field(None, description="of an S3-compatible store; unset: Amazon's")
    s3_region: str | None = None
    rate_per_minute: int = Field(6000, ge=10, description="requests per account and minute, per process")
    login_per_minute: int = Field(30, ge=1, description="token requests per login name and minute, per process")
    webhook_private_addresses: bool = Field(
        False, description="let webhooks reach loopback and private addresses (demo and tests)"
    )
    smtp_host: str | None = Field(None, description="mail server for alarms; unset: no letters")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="none: a relay on this machine")
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_sender: str = Field("handschlag@localhost", description="sender of letters about alarms")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust; unset: the system's")
    smtp_timeout_seconds: float = Field(20.0, gt=0, le=120)
    land: str = Field("NW", description="federal state (ISO 3166-2:DE) whose holidays count by default")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _address(self) -> Self:
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://127.0.0.1:{self.port}")  # frozen from here on
        return self

    @property
    def database(self) -> str | None:
        """The database's URL in SQLAlchemy's spelling with psycopg 3, or None for the embedded one."""
        if self.database_url is None:
            return None
        url = self.database_url.get_secret_value()
        return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def larger_bodies(self) -> dict[str, int]:
        """How many bytes are taken at paths that end like this; elsewhere it is `body_limit`."""
        return {
            ":import": self.bulk_limit,
            ":import-xrechnung": self.attachment_limit,
            "/attachments": self.attachment_limit,
        }


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings."""
    return Settings()
