"""An invoice told in German: from the minutes worked to the sum."""

from app.core.money import format_decimal_de, format_euro_de
from app.modules.invoices.models import Invoice, InvoiceLine


def explain(invoice: Invoice) -> str:
    """The whole invoice as text (Markdown): each line with every step, the sum, the findings."""
    head = [
        f"# Rechnung {invoice.number} für {invoice.month:%m/%Y}",
        f"{len(invoice.lines)} Positionen, Summe {format_euro_de(invoice.total_cents)}.",
    ]
    lines = [_line(line) for line in invoice.lines]
    total = [f"**Summe der gerundeten Zeilen: {format_euro_de(invoice.total_cents)}**"]
    findings = [
        f"- {finding.rule} ({finding.severity.title_de}): {finding.text_de} Grundlage: {finding.source}."
        for finding in invoice.findings
    ]
    return "\n\n".join([*head, *lines, *total, *(["## Befunde\n\n" + "\n".join(findings)] if findings else [])])


def _line(line: InvoiceLine) -> str:
    days = f"{line.first_day:%d.%m.%Y}"
    if line.last_day != line.first_day:
        days += f" bis {line.last_day:%d.%m.%Y}"
    steps = "\n".join(f"   - {step['text_de']}" for step in line.steps)
    return (
        f"{line.place}. **{line.activity.title_de}**, {days}, {line.service_kind.title_de}, nach {line.terms_source}: "
        f"{format_decimal_de(line.units)} {line.unit.title_de}, {format_euro_de(line.amount_cents)}\n{steps}"
    )
