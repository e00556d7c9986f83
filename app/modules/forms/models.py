"""Forms (Vordrucke): jointly made, binding for all, published version by version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned
from app.core.problems import Text


class Form(Identified, Versioned, Base):
    """A form by its code; what it asks for stands in its versions."""

    __tablename__ = "form"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str]
    title: Mapped[str]
    is_shared: Mapped[bool]
    latest_number: Mapped[int] = mapped_column(default=0)  # 0: nothing published yet
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("youth_office_id", "code", name="uq_form_code"),
        Index("ix_form_youth_office_id", "youth_office_id", "id"),
    )


class FormVersion(Identified, Base):
    """One published version: a JSON Schema (2020-12) with German titles. It never changes."""

    __tablename__ = "form_version"

    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    number: Mapped[int]
    schema: Mapped[dict[str, Any]] = mapped_column(JSON)  # json, not jsonb: a front end shows the fields in this order
    published_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("form_id", "number", name="uq_form_version_number"),
        CheckConstraint("number >= 1", name="number"),
    )


CONSTRAINT_TEXTS["uq_form_code"] = Text(
    "Einen Vordruck mit dieser Kennung gibt es im Jugendamt schon.",
    "The youth office has a form with this code already.",
)
CONSTRAINT_TEXTS["uq_form_version_number"] = Text(
    "Diese Fassung wurde inzwischen veröffentlicht; bitte neu laden.",
    "This version has been published in the meantime; please reload.",
)
CONSTRAINT_TEXTS["form_version_published"] = Text(
    "Eine veröffentlichte Fassung eines Vordrucks ändert sich nicht mehr.",
    "A published version of a form does not change any more.",
)
