"""Kinds of help are cited by the section that grants them."""

import pytest

from app.law.service_kinds import ServiceKind


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        (ServiceKind.SECTION_18_3, "§ 18 Abs. 3"),
        (ServiceKind.SECTION_27_2, "§ 27 Abs. 2"),
        (ServiceKind.SECTION_31, "§ 31"),
        (ServiceKind.SECTION_35A, "§ 35a"),
    ],
)
def test_a_kind_names_its_section(kind: ServiceKind, section: str) -> None:
    assert kind.section == section


@pytest.mark.parametrize("kind", ServiceKind)
def test_code_and_section_say_the_same(kind: ServiceKind) -> None:
    assert kind.value == "section_" + kind.section.removeprefix("§ ").replace(" Abs. ", "_")
