"""Events, histories and webhooks as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, HttpUrl, field_validator

from app.core.outbox import TYPE_PREFIX, TYPES
from app.core.pages import PageQuery
from app.core.types import Flag, Id, In, Instant, Out
from app.core.validation import FieldValueError
from app.modules.webhooks.models import DeliveryState


def _known(value: str) -> str:
    """A type there is, or the beginning of one; a subscription to nothing would wait for ever."""
    if any(f"{TYPE_PREFIX}{type_}.".startswith(f"{value}.") for type_ in TYPES):
        return value
    raise FieldValueError("Ereignisse dieser Art gibt es nicht (/v1/event-types).", "No such events (/v1/event-types).")


EventType = Annotated[str, Field(pattern=r"^handschlag(\.[a-z0-9_]+){0,2}$", max_length=120), AfterValidator(_known)]


class TransitionOut(Out):
    """One step of a life cycle."""

    id: Id
    action: str = Field(title="Schritt", max_length=60)
    from_state: str = Field(title="von", max_length=60)
    to_state: str = Field(title="nach", max_length=60)
    at: Instant = Field(title="wann")
    organisation_id: Id = Field(title="wer (Organisation)")
    version: int | None = Field(title="Fassung danach")


class EventOut(Out):
    """An event in the form of CloudEvents 1.0; `sequence` is its place in the feed."""

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: str = Field("/v1", max_length=100)
    type: str = Field(title="Art", max_length=120, examples=["handschlag.agreement.in_force"])
    subject: str = Field(title="Gegenstand", max_length=200, examples=["agreement/0192…"])
    time: Instant = Field(title="wann")
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: int = Field(title="Platz im Strom", ge=1)
    data: dict[str, Any] = Field(title="Inhalt (Kennungen und Zustände, nichts Persönliches)")


class FeedQuery(In):
    """Where to go on reading."""

    after: Annotated[int, Field(ge=0, le=10**15, description="`next` of the answer before; 0: from the start")] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    type: Annotated[EventType | None, Field(description="a type, or the beginning of one")] = None


class FeedOut(Out):
    """A piece of the feed; `next` is where to go on, also when nothing came."""

    items: list[EventOut] = Field(title="Ereignisse", max_length=500)
    next: int = Field(title="weiter ab", ge=0)


class WebhookCreate(In):
    """Where events go."""

    url: HttpUrl = Field(title="Adresse", max_length=500, examples=["https://software.example/handschlag"])
    types: list[EventType] = Field(
        default_factory=list, title="Arten von Ereignissen (leer: alle); auch Anfänge von Arten", max_length=50
    )

    @field_validator("url")
    @classmethod
    def _plain(cls, url: HttpUrl) -> HttpUrl:
        if url.username or url.password or url.fragment:
            raise FieldValueError("Keine Zugangsdaten in der Adresse.", "No credentials in the address.")
        return url


class WebhookPatch(In):
    """What can change of a webhook."""

    types: list[EventType] | None = Field(None, title="Arten von Ereignissen", max_length=50)
    is_active: Flag | None = Field(None, title="aktiv")


class WebhookOut(Out):
    """A webhook; it delivers once it has a secret."""

    id: Id
    url: str = Field(title="Adresse", max_length=500)
    types: list[EventType] = Field(title="Arten von Ereignissen", max_length=50)
    is_active: bool = Field(title="aktiv")
    has_secret: bool = Field(title="hat ein Geheimnis")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)


class WebhookSecretOut(Out):
    """The secret that signs (Standard Webhooks), shown once."""

    secret: str = Field(title="Geheimnis (wird nur jetzt gezeigt)", max_length=100)


class WebhookQuery(PageQuery):
    """Webhooks of the own organisation."""

    is_active: bool | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"


class DeliveryOut(Out):
    """One event on its way to one webhook."""

    id: Id
    event_id: Id = Field(title="Ereignis")
    position: int = Field(title="Platz im Strom")
    state: DeliveryState = Field(title="Stand")
    attempts: int = Field(title="Versuche")
    last_status: int | None = Field(title="letzte Antwort (HTTP-Status)")
    last_error: str | None = Field(title="letzter Fehler", max_length=60)
    last_attempt_at: Instant | None = Field(title="letzter Versuch")
    delivered_at: Instant | None = Field(title="zugestellt am")


class DeliveryQuery(PageQuery):
    """Deliveries of one webhook."""

    state: DeliveryState | None = None
    sort: Literal["position", "-position"] = "-position"
