"""Refusals of the identities room."""

from app.core.problems import Problem


class DisclosureRefused(Problem):
    status, code = 403, "disclosure-refused"
    title = ("Keine Einsicht", "Disclosure refused")
    detail = (
        "Für diesen Zweck, in dieser Funktion oder zu dieser Zeit gibt es keine Einsicht (§§ 61 ff SGB VIII).",
        "For this purpose, in this role or at this time there is no access (§§ 61 ff SGB VIII).",
    )
