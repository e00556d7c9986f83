"""Enumerations with German titles; the lowest thing there is, so that roles can have titles too."""

from enum import StrEnum
from typing import Self


class CodeList(StrEnum):
    """An enumeration that clients render: each code has a German title (`/v1/code-lists`)."""

    title_de: str

    def __new__(cls, value: str, title_de: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.title_de = title_de or value
        return member
