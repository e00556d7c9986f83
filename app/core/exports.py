"""Lists as tables for offices that live in spreadsheets: CSV (semicolon, UTF-8 with BOM as Excel reads it) and XLSX."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from pydantic import BaseModel

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_of(items: Sequence[Any], media_type: str, name: str, columns: Sequence[str] = ()) -> tuple[bytes, str]:
    """The items of a page as a file and its name.

    Nested parts become dotted columns; a list of words stands in one cell, lists of other things stay out.

    Args:
        columns: the heading of a table without rows.
    """
    rows = [_flat(item.model_dump(mode="json") if isinstance(item, BaseModel) else dict(item)) for item in items]
    columns = list(dict.fromkeys(column for row in rows for column in row)) or list(columns)
    if media_type == CSV:
        return _csv(columns, rows), f"{name}.csv"
    return _xlsx(columns, rows, name), f"{name}.xlsx"


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            flat |= _flat(item, f"{prefix}{key}.")
        elif not isinstance(item, list):
            flat[prefix + key] = item
        elif not any(isinstance(part, dict | list) for part in item):
            flat[prefix + key] = ", ".join(map(str, item))
    return flat


def _csv(columns: list[str], rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(row.get(column)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is quoted; yes and no are written as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _xlsx(columns: list[str], rows: list[dict[str, Any]], name: str) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(name[:31] or "Liste")
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    for index, row in enumerate(rows, start=1):
        sheet.write_row(index, 0, [row.get(column) for column in columns])
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return file.getvalue()
