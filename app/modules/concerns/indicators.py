"""The signs a professional can name, by age: prompts for looking, no score is computed from them.

Own wording after the structure of the common catalogues (care, appearance, behaviour, medical care, supervision,
violence, housing, cooperation). Signs of acute danger are kept apart from risk factors and from what protects; a sign
shown as acute still says nothing without a look at the child.
"""

from typing import NamedTuple

from app.core.types import CodeList
from app.modules.concerns.codes import AgeBand as A
from app.modules.safeguarding import IndicationGroup as G

VERSION = "2026-1"


class Indicator(CodeList):
    """A sign by its code; anything else is told in words."""

    CHILD_INJURY_UNEXPLAINED = "child_injury_unexplained", "Verletzungen, die nicht zur Erklärung passen"
    CHILD_BRUISE_INFANT = "child_bruise_infant", "Blaue Flecken oder Brüche bei einem Kind, das noch nicht läuft"
    CHILD_MARKS_PATTERN = "child_marks_pattern", "Striemen, Abdrücke, Verbrennungen mit erkennbarer Form"
    CHILD_SHAKEN = "child_shaken", "Benommenheit, Erbrechen, schlaffer Körper nach Schütteln"
    CHILD_TELLS_VIOLENCE = "child_tells_violence", "Kind erzählt von Schlägen"
    CHILD_NOT_FED = "child_not_fed", "Kind wird nicht ausreichend ernährt, Gewicht stagniert"
    CHILD_FLUID_MISSING = "child_fluid_missing", "Säugling trinkt kaum, wirkt ausgetrocknet"
    CHILD_HUNGRY = "child_hungry", "Kind kommt wiederholt hungrig und ohne Essen"
    CHILD_CLOTHING = "child_clothing", "Kleidung passt über längere Zeit nicht zum Wetter"
    CHILD_HYGIENE = "child_hygiene", "Körperpflege fehlt über längere Zeit, entzündete Haut"
    CHILD_FATIGUE = "child_fatigue", "Kind ist dauerhaft übermüdet"
    CHILD_WITHDRAWN = "child_withdrawn", "Kind wirkt teilnahmslos, sucht keinen Kontakt"
    CHILD_FEARFUL = "child_fearful", "Kind hat auffällige Angst vor einer Person oder dem Heimweg"
    CHILD_WITHOUT_DISTANCE = "child_without_distance", "Kind geht ohne Scheu mit Fremden mit"
    CHILD_AGGRESSION = "child_aggression", "Kind verletzt wiederholt andere oder sich"
    CHILD_SELF_HARM = "child_self_harm", "Selbstverletzung oder Äußerungen, nicht mehr leben zu wollen"
    CHILD_REGRESSION = "child_regression", "Kind verlernt Gekonntes, nässt wieder ein"
    YOUTH_SUBSTANCES = "youth_substances", "Konsum von Alkohol oder Drogen mit Kontrollverlust"
    YOUTH_RUNAWAY = "youth_runaway", "Bleibt über Nacht weg, Aufenthalt unbekannt"
    SCHOOL_ABSENCE = "school_absence", "Fehlt wiederholt ohne Entschuldigung"
    MEDICAL_REFUSED = "medical_refused", "Notwendige Behandlung wird verweigert oder verschleppt"
    MEDICAL_CHECKUPS = "medical_checkups", "Vorsorgeuntersuchungen werden nicht wahrgenommen"
    MEDICAL_CHRONIC = "medical_chronic", "Behandlung einer chronischen Krankheit oder Behinderung ist nicht gesichert"
    LEFT_ALONE = "left_alone", "Kind ist ohne altersgemäße Aufsicht"
    LEFT_IN_DANGER = "left_in_danger", "Offene Fenster, Steckdosen, Gift, Waffen in Reichweite"
    LEFT_WITH_UNSUITABLE = "left_with_unsuitable", "Kind wird ungeeigneten Personen überlassen"
    SLEEPING_UNSAFE = "sleeping_unsafe", "Kein sicherer Schlafplatz"
    HOUSING_UNFIT = "housing_unfit", "Wohnung vermüllt, verschimmelt, ohne Wasser, Strom oder Heizung"
    HOUSING_LOST = "housing_lost", "Obdachlosigkeit droht oder ist eingetreten"
    HUMILIATED = "humiliated", "Kind wird herabgesetzt, bedroht oder eingesperrt"
    IGNORED = "ignored", "Bezugsperson reagiert nicht auf das Kind"
    MADE_RESPONSIBLE = "made_responsible", "Kind trägt Verantwortung für Eltern oder Geschwister"
    SEXUAL_BEHAVIOUR = "sexual_behaviour", "Sexualisiertes Verhalten, das nicht zum Alter passt"
    SEXUAL_TELLS = "sexual_tells", "Kind oder Jugendliche:r berichtet von sexueller Gewalt"
    SEXUAL_ONLINE = "sexual_online", "Sexuelle Ausbeutung oder Bilder im Netz"
    SEXUAL_INJURY = "sexual_injury", "Verletzungen oder Infektionen im Genitalbereich"
    VIOLENCE_AT_HOME = "violence_at_home", "Gewalt zwischen Erwachsenen im Haushalt"
    FORCED_MARRIAGE = "forced_marriage", "Drohende Zwangsverheiratung"
    GENITAL_CUTTING = "genital_cutting", "Drohende weibliche Genitalverstümmelung"
    AUTONOMY_LOCKED = "autonomy_locked", "Ausgang, Kontakte oder Schule werden verboten"
    CARER_SUBSTANCES = "carer_substances", "Bezugsperson steht unter Alkohol oder Drogen, während sie betreut"
    CARER_MENTAL = "carer_mental", "Psychische Krise der Bezugsperson, Wahn, Suizidgefahr"
    CARER_OVERSTRAINED = "carer_overstrained", "Bezugsperson ist sichtbar überfordert, verliert die Kontrolle"
    CARER_THREATENS = "carer_threatens", "Bezugsperson kündigt an, dem Kind etwas anzutun"
    FAMILY_ISOLATED = "family_isolated", "Familie lebt isoliert, schirmt das Kind ab"
    FAMILY_DEBT = "family_debt", "Existenznot, die die Versorgung des Kindes trifft"
    FAMILY_EARLIER = "family_earlier", "Früheres Verfahren, frühere Verletzung oder Inobhutnahme"
    COOPERATION_REFUSED = "cooperation_refused", "Eltern sehen das Problem nicht und lehnen Hilfe ab"
    COOPERATION_BROKEN = "cooperation_broken", "Absprachen werden wiederholt nicht eingehalten"
    CONTACT_AVOIDED = "contact_avoided", "Eltern entziehen das Kind dem Kontakt"
    RESOURCE_PERSON = "resource_person", "Verlässliche Person im Umfeld des Kindes"
    RESOURCE_INSIGHT = "resource_insight", "Eltern sehen das Problem und suchen Hilfe"
    RESOURCE_CHILD = "resource_child", "Kind kann sich mitteilen und Hilfe holen"


class Weight(CodeList):
    """What kind of sign it is."""

    ACUTE = "acute", "Hinweis auf akute Gefahr"
    RISK = "risk", "Risikofaktor"
    PROTECTIVE = "protective", "schützender Umstand"


class About(NamedTuple):
    """Where a sign belongs, for which ages, and what kind it is."""

    group: G
    ages: frozenset[A]
    weight: Weight


I, W = Indicator, Weight  # noqa: E741  # the table below is read as one
_ALL = frozenset(A)

CATALOGUE: dict[Indicator, About] = {
    I.CHILD_INJURY_UNEXPLAINED: About(G.VIOLENCE_PHYSICAL, _ALL, W.ACUTE),
    I.CHILD_BRUISE_INFANT: About(G.VIOLENCE_PHYSICAL, frozenset({A.UNDER_3}), W.ACUTE),
    I.CHILD_MARKS_PATTERN: About(G.VIOLENCE_PHYSICAL, _ALL, W.ACUTE),
    I.CHILD_SHAKEN: About(G.VIOLENCE_PHYSICAL, frozenset({A.UNDER_3}), W.ACUTE),
    I.CHILD_TELLS_VIOLENCE: About(G.VIOLENCE_PHYSICAL, frozenset({A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.CHILD_NOT_FED: About(G.CARE_BASIC, frozenset({A.UNDER_3, A.UNDER_6}), W.ACUTE),
    I.CHILD_FLUID_MISSING: About(G.CARE_BASIC, frozenset({A.UNDER_3}), W.ACUTE),
    I.CHILD_HUNGRY: About(G.CARE_BASIC, frozenset({A.UNDER_6, A.UNDER_14}), W.RISK),
    I.CHILD_CLOTHING: About(G.APPEARANCE_CHILD, _ALL, W.RISK),
    I.CHILD_HYGIENE: About(G.APPEARANCE_CHILD, _ALL, W.RISK),
    I.CHILD_FATIGUE: About(G.APPEARANCE_CHILD, frozenset({A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.RISK),
    I.CHILD_WITHDRAWN: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_3, A.UNDER_6, A.UNDER_14}), W.RISK),
    I.CHILD_FEARFUL: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.RISK),
    I.CHILD_WITHOUT_DISTANCE: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_3, A.UNDER_6}), W.RISK),
    I.CHILD_AGGRESSION: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.RISK),
    I.CHILD_SELF_HARM: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.CHILD_REGRESSION: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_6, A.UNDER_14}), W.RISK),
    I.YOUTH_SUBSTANCES: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_14, A.UNDER_18}), W.RISK),
    I.YOUTH_RUNAWAY: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_14, A.UNDER_18}), W.RISK),
    I.SCHOOL_ABSENCE: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_14, A.UNDER_18}), W.RISK),
    I.MEDICAL_REFUSED: About(G.MEDICAL, _ALL, W.ACUTE),
    I.MEDICAL_CHECKUPS: About(G.MEDICAL, frozenset({A.UNDER_3, A.UNDER_6}), W.RISK),
    I.MEDICAL_CHRONIC: About(G.MEDICAL, _ALL, W.RISK),
    I.LEFT_ALONE: About(G.SUPERVISION, _ALL, W.ACUTE),
    I.LEFT_IN_DANGER: About(G.SUPERVISION, frozenset({A.UNDER_3, A.UNDER_6, A.UNDER_14}), W.ACUTE),
    I.LEFT_WITH_UNSUITABLE: About(G.SUPERVISION, frozenset({A.UNDER_3, A.UNDER_6, A.UNDER_14}), W.RISK),
    I.SLEEPING_UNSAFE: About(G.HOUSING, frozenset({A.UNDER_3, A.UNDER_6}), W.RISK),
    I.HOUSING_UNFIT: About(G.HOUSING, _ALL, W.RISK),
    I.HOUSING_LOST: About(G.HOUSING, _ALL, W.RISK),
    I.HUMILIATED: About(G.VIOLENCE_PSYCHIC, _ALL, W.RISK),
    I.IGNORED: About(G.VIOLENCE_PSYCHIC, frozenset({A.UNDER_3, A.UNDER_6}), W.RISK),
    I.MADE_RESPONSIBLE: About(G.VIOLENCE_PSYCHIC, frozenset({A.UNDER_14, A.UNDER_18}), W.RISK),
    I.SEXUAL_BEHAVIOUR: About(G.VIOLENCE_SEXUAL, frozenset({A.UNDER_6, A.UNDER_14}), W.RISK),
    I.SEXUAL_TELLS: About(G.VIOLENCE_SEXUAL, frozenset({A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.SEXUAL_ONLINE: About(G.VIOLENCE_SEXUAL, frozenset({A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.SEXUAL_INJURY: About(G.VIOLENCE_SEXUAL, _ALL, W.ACUTE),
    I.VIOLENCE_AT_HOME: About(G.DOMESTIC_VIOLENCE_WITNESS, _ALL, W.RISK),
    I.FORCED_MARRIAGE: About(G.AUTONOMY_CONFLICT, frozenset({A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.GENITAL_CUTTING: About(G.AUTONOMY_CONFLICT, frozenset({A.UNDER_3, A.UNDER_6, A.UNDER_14, A.UNDER_18}), W.ACUTE),
    I.AUTONOMY_LOCKED: About(G.AUTONOMY_CONFLICT, frozenset({A.UNDER_14, A.UNDER_18}), W.RISK),
    I.CARER_SUBSTANCES: About(G.CARER_BEHAVIOUR, _ALL, W.ACUTE),
    I.CARER_MENTAL: About(G.CARER_BEHAVIOUR, _ALL, W.ACUTE),
    I.CARER_OVERSTRAINED: About(G.CARER_BEHAVIOUR, _ALL, W.RISK),
    I.CARER_THREATENS: About(G.CARER_BEHAVIOUR, _ALL, W.ACUTE),
    I.FAMILY_ISOLATED: About(G.FAMILY_SITUATION, _ALL, W.RISK),
    I.FAMILY_DEBT: About(G.FAMILY_SITUATION, _ALL, W.RISK),
    I.FAMILY_EARLIER: About(G.FAMILY_SITUATION, _ALL, W.RISK),
    I.COOPERATION_REFUSED: About(G.COOPERATION, _ALL, W.RISK),
    I.COOPERATION_BROKEN: About(G.COOPERATION, _ALL, W.RISK),
    I.CONTACT_AVOIDED: About(G.COOPERATION, _ALL, W.RISK),
    I.RESOURCE_PERSON: About(G.FAMILY_SITUATION, _ALL, W.PROTECTIVE),
    I.RESOURCE_INSIGHT: About(G.COOPERATION, _ALL, W.PROTECTIVE),
    I.RESOURCE_CHILD: About(G.BEHAVIOUR_CHILD, frozenset({A.UNDER_14, A.UNDER_18}), W.PROTECTIVE),
}
