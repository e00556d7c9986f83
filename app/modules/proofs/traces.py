"""What is taken out of proofs of service: why nobody signed, and what shows the work instead."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces(
    {
        Matter.BILLING_FILE: (
            (
                "UPDATE proof_withdrawal SET reason = :gone"
                " WHERE signature_id IN (SELECT id FROM proof_signature WHERE help_id = :id)"
            ),
            "UPDATE proof_signature SET reason = :gone, evidence = :gone WHERE help_id = :id AND reason IS NOT NULL",
        )
    }
)
