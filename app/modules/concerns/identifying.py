"""What must not reach the insoweit erfahrene Fachkraft: anything by which the child or its family could be known.

Law: § 8a Abs. 4, § 8b Abs. 1, § 64 Abs. 2a SGB VIII; § 4 Abs. 2 KKG (facts are pseudonymised before).

The check knows how names, addresses and numbers are written; it cannot know every name. It refuses what looks like
one, and says where; the professional answers for the rest.
"""

import re

_NAMES = (
    "Ahmet Aisha Alexander Ali Amelie Anna Anton Ayse Ben Benjamin Celina Charlotte Chiara Clara Daniel David Dilara "
    "Elias Elif Emil Emilia Emma Emre Fabian Fatma Felix Finn Florian Frieda Hamza Hannah Hatice Hussein Ida Ines Jana "
    "Jannik Jasmin Jonas Jonathan Julia Julian Justin Kevin Kim Konstantin Laura Lea Lena Leon Leonie Lina Linus Lisa "
    "Louis Luca Lukas Luis Luisa Malik Manuel Marie Marlon Matteo Mats Max Maximilian Mehmet Melissa Mia Mila Milan "
    "Mohamed Mohammed Moritz Mustafa Nele Nico Niklas Noah Nora Omar Oskar Paul Paula Philipp Pia Raphael Robin Ronja "
    "Samira Samuel Sandra Sarah Selin Simon Sophia Sophie Stefan Svenja Theo Thomas Tim Tom Valentin Vanessa Yasmin "
    "Yusuf Zeynep Zoe"
)
_FINDS = {
    "email": re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE),
    "telephone": re.compile(r"(?<![\w-])(?:\+\d{1,3}|0)[\d\s/()-]{6,}\d"),
    "birth_date": re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)?\d{2}\b|\b(?:19|20)\d{2}-\d{2}-\d{2}\b"),
    "address": re.compile(
        r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|allee|platz|gasse|ring)\s+\d+"
        r"|\b(?:Am|An der|Im|In der|Auf der|Zum|Zur)\s+[A-ZÄÖÜ][\wäöüß-]+\s+\d{1,4}\b|\b\d{5}\s+[A-ZÄÖÜ][a-zäöüß]+"
    ),
    "file_number": re.compile(r"\b[A-Z]{2}-\d{4}-\d{3,}\b|\b\d{1,4}[./ -]\d{1,4}[/-]\d{2,4}\b|\bAz\.?:?\s*\S*\d"),
    "name": re.compile(
        r"\b(?:Herrn?|Frau|Fr\.|Hr\.|Familie|Fam\.|Eheleute)\s+(?![A-Z]{1,3}(?:[-. ]?\d+)?\b)[A-ZÄÖÜ][a-zäöüß-]+"
        r"|\b(?:namens|heißt|genannt)\s+[A-ZÄÖÜ][a-zäöüß-]+"
        rf"|\b(?:{'|'.join(_NAMES.split())})(?:s|')?\b"
    ),
}


def identifying(text: str) -> list[str]:
    """What in a text could tell who it is about: kinds of findings, none when there are none.

    An age, a pseudonym with a number («Kind K-2», «Familie Q-17») and a function («Frau der Schulleitung» is one) pass.
    """
    return [kind for kind, pattern in _FINDS.items() if pattern.search(text)]
