"""What is taken out of service records: words; who worked when, for how long, and the price stay."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces({Matter.BILLING_FILE: ("UPDATE service_record SET note = NULL WHERE help_id = :id",)})
