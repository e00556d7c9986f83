"""Accounts: who may ask for a token, and in which roles it acts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList


class AccountKind(CodeList):
    """Who stands behind an account."""

    PERSON = "person", "Person"
    MACHINE = "machine", "Programm"


class Account(Identified, Versioned, Base):
    """A person or a program of one organisation."""

    __tablename__ = "account"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[AccountKind] = mapped_column(code(AccountKind, "kind"))
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    roles: Mapped[list[str]]
    secret_hash: Mapped[str | None]  # argon2id; none: cannot log in here
    is_active: Mapped[bool] = mapped_column(default=True)
    tokens_from: Mapped[datetime]  # tokens issued before are refused (secret changed, locked)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_account_organisation_id", "organisation_id", "id"),
        Index("uq_account_login_any_case", text("lower(login)"), unique=True),
    )


CONSTRAINT_TEXTS["uq_account_login"] = Text("Diese Anmeldung ist schon vergeben.", "This login is taken.")
CONSTRAINT_TEXTS["uq_account_login_any_case"] = CONSTRAINT_TEXTS["uq_account_login"]
