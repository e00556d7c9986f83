"""What the API says of itself."""

from typing import Annotated

from pydantic import Field

from app.core.types import Out

Code = Annotated[str, Field(max_length=60)]
Sentence = Annotated[str, Field(max_length=300)]


class ProblemOut(Out):
    """A kind of refusal."""

    type: str = Field(title="Kennung", max_length=200)
    code: str = Field(title="Kurzname", max_length=100)
    status: int = Field(title="HTTP-Status", ge=400, le=599)
    title_de: str = Field(title="Titel", max_length=200)
    title_en: str = Field(title="englischer Titel", max_length=200)
    detail_de: str = Field(title="Erklärung (Vorlage)", max_length=1000)
    detail_en: str = Field(title="englische Erklärung (Vorlage)", max_length=1000)


class CodeOut(Out):
    """One code of a list."""

    code: str = Field(title="Code", max_length=100)
    title_de: str = Field(title="Bezeichnung", max_length=300)


class CodeListOut(Out):
    """A code list a front end renders from."""

    name: str = Field(title="Name", max_length=100)
    description: str = Field(title="Bedeutung", max_length=2000)
    codes: list[CodeOut] = Field(title="Codes", max_length=500)


class WorkflowStepOut(Out):
    """One line of a transition table."""

    action: str = Field(title="Schritt", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    sources: list[Code] = Field(title="von", max_length=50)
    target: str = Field(title="nach", max_length=60)
    permission: str | None = Field(title="Berechtigung (leer: nur der Dienst selbst)", max_length=60)
    sides: list[Code] = Field(title="wer", max_length=2)
    law: str = Field(title="Rechtsgrundlage", max_length=200)
    conditions: list[Sentence] = Field(title="Bedingungen", max_length=20)
    fields: list[Code] = Field(title="Pflichtangaben", max_length=50)


class WorkflowOut(Out):
    """A life cycle: states and steps."""

    name: str = Field(title="Name", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    initial: str = Field(title="Anfang", max_length=60)
    states: list[CodeOut] = Field(title="Zustände", max_length=100)
    steps: list[WorkflowStepOut] = Field(title="Schritte", max_length=200)


class EventTypeOut(Out):
    """A type of event that the feed and webhooks tell."""

    type: str = Field(title="Art", max_length=120)
    title: str = Field(title="Bezeichnung", max_length=400)
