"""Decides which spellings of a name are one: its normal form, coarse enough for how people write down what they hear.

Two names with one form may be of two people; a person resolves that (domain rule 17). What this never makes one is for
a number to link. The steps: letters without accents and in lower case; particles dropped; sounds that are written in
several ways written in one; vowels dropped but for a first one, since these vary most from clerk to clerk.
"""

import re
import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans(
    {"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i", "ŋ": "n", "ħ": "h"}
)
_PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "ter",
        "ten",
        "te",
        "het",
        "t",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "bint",
        "abu",
        "da",
        "di",
        "do",
        "dos",
        "du",
        "del",
    ]
)
_SOUNDS: Final = (
    (re.compile(r"sch|sh"), "s"),
    (re.compile(r"ch|kh|gh"), "h"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"ij"), "i"),
    (re.compile(r"^[aeiou]"), "a"),
    (re.compile(r"^w"), "v"),
    (re.compile(r"^y"), "j"),
    (re.compile(r"(?<!^)[aeiouyhw]"), ""),
    (re.compile(r"d+j+"), "j"),
    (re.compile(r"(.)\1+"), r"\1"),
)


def normal_form(name: str) -> str:
    """Return the one form of a name in lower-case ASCII letters; empty when it has no Latin letters.

    It is its own normal form. Letters of another script are not read: a name is written as in a travel document.
    """
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    plain = unicodedata.normalize("NFKD", plain.casefold()).translate(_LETTERS)
    words = re.findall(r"[a-z]+", plain)
    joined = "".join([word for word in words if word not in _PARTICLES] or words)
    for pattern, written in _SOUNDS:
        joined = pattern.sub(written, joined)
    return joined
