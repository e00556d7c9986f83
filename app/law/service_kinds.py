"""Kinds of help as the statute divides them; agreements, offers and helps speak of the same."""

from app.policy.codes import CodeList


class ServiceKind(CodeList):
    """The kind of help, by the section of SGB VIII that grants it."""

    SECTION_18_3 = "section_18_3", "Begleiteter Umgang (§ 18 Abs. 3)"
    SECTION_20 = "section_20", "Betreuung in Notsituationen (§ 20)"
    SECTION_27_2 = "section_27_2", "Flexible Hilfe (§ 27 Abs. 2)"
    SECTION_28 = "section_28", "Erziehungsberatung (§ 28)"
    SECTION_29 = "section_29", "Soziale Gruppenarbeit (§ 29)"
    SECTION_30 = "section_30", "Erziehungsbeistand, Betreuungshelfer (§ 30)"
    SECTION_31 = "section_31", "Sozialpädagogische Familienhilfe (§ 31)"
    SECTION_32 = "section_32", "Erziehung in einer Tagesgruppe (§ 32)"
    SECTION_33 = "section_33", "Vollzeitpflege (§ 33)"
    SECTION_34 = "section_34", "Heimerziehung, betreute Wohnform (§ 34)"
    SECTION_35 = "section_35", "Intensive sozialpädagogische Einzelbetreuung (§ 35)"
    SECTION_35A = "section_35a", "Eingliederungshilfe (§ 35a)"
    SECTION_41 = "section_41", "Hilfe für junge Volljährige (§ 41)"

    @property
    def section(self) -> str:
        """The section that grants it, as it is cited: `§ 27 Abs. 2`."""
        return self.title_de.rpartition("(")[2].removesuffix(")")
