"""The JSON Schema of the policy files, made from the grammar and the vocabulary: it lets an editor complete and check.

A schema knows words, not what they mean together: `load_policy_file` can refuse what it accepts, never the other way
around. It takes a value as our reader sees it, a word, and as the YAML of an editor does, perhaps a number.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.core.policy.card import DisclosureLevel, Told
from gateway.core.policy.cards import grammar
from gateway.core.policy.cards.vocabulary import Term, Vocabulary

Schema = Mapping[str, object]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_AMOUNT: Final = "(?!0+ )[0-9]{1,4}"
_TEXT: Final[Schema] = {"type": ["string", "number"], "pattern": rf"^\s*\S([\s\S]{{0,{grammar.MAX_TEXT - 2}}}\S)?\s*$"}
_NAME: Final[Schema] = {"type": ["string", "number"], "pattern": r"\S"}
_NUMBER: Final[Schema] = {
    "type": ["integer", "string"],
    "minimum": 1,
    "maximum": grammar.MAX_NUMBER,
    "pattern": "^(?!0+$)[0-9]{1,4}$",
}
_DATE: Final[Schema] = {
    "type": "string",
    "format": "date",
    "pattern": "^(1[89][0-9]{2}|20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}$",
}
_SPAN: Final[Schema] = {"type": "string", "pattern": f"^{_AMOUNT} ({'|'.join(grammar.SPANS)})$"}
_WORKING_DAYS: Final[Schema] = {"type": "string", "pattern": f"^{_AMOUNT} ({'|'.join(grammar.WORKING_DAYS)})$"}
_EXPLANATION: Final[Schema] = {"$ref": "#/$defs/uitleg"}
_WORD: Final[Schema] = {"$ref": "#/$defs/woord"}


def as_text(schema: Schema) -> str:
    """Write a schema as the file that is published."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def card_schema(vocabulary: Vocabulary) -> Schema:
    """Give the JSON Schema (2020-12) of a rule card, with the words of this vocabulary."""
    return {
        "$schema": _DIALECT,
        "title": "Beleidskaart",
        **_table(
            grammar.CARD,
            {
                "stroom": _ref("stroom"),
                "versie": _NUMBER,
                "geldig": _table(grammar.PERIOD, _all(grammar.PERIOD, _DATE)),
                "verantwoordelijken": _rows(_NAME),
                "doel": _TEXT,
                "zonder-regel": _one_of(grammar.WITHOUT_RULE),
                "wederkerig": _one_of(grammar.YES_OR_NO),
                "leeftijd": {**_table(grammar.AGES, _all(grammar.AGES, _NUMBER)), "minProperties": 1},
                "vergt": _list(_ref("mechanisme")),
                "altijd-stil": _silent_purposes(vocabulary),
                "termijn": _table(
                    grammar.TERM, {**_all(grammar.TERM, _SPAN), "bij-overlijden": _one_of(grammar.ON_DEATH)}
                ),
                "contact": _contact(),
                "mededeling": _notice(),
                "bewaren": _table(
                    grammar.KEPT, {**_all(grammar.KEPT, _SPAN), "archief": _or(grammar.NOTHING_KEPT, _SPAN)}
                ),
                "grondslagen": _named(_basis()),
                "registreren": _rows(_registration_rule()),
                "nooit-registreren": _rows(_bar()),
                "oudermatch": _parent_rule(),
                "vertellen": _rows(_disclosure_rule(vocabulary)),
                "voorbeelden": _examples(),
            },
        ),
        "$defs": _definitions(vocabulary),
    }


def vocabulary_schema() -> Schema:
    """Give the JSON Schema (2020-12) of the vocabulary file."""
    step = {"allOf": [_WORD], "properties": {"code": _one_of(level.code for level in DisclosureLevel)}}
    purpose = _table(grammar.PURPOSE, {**_all(grammar.WORD, _TEXT), "altijd-stil": _one_of(grammar.YES_OR_NO)})
    own = {"doelen": purpose, "treden": step}
    sections = {section: _named(own.get(section, _WORD)) for section in grammar.SECTIONS}
    return {
        "$schema": _DIALECT,
        "title": "Woordenlijst van de beleidskaarten",
        **_table(grammar.VOCABULARY, {"woordenlijst": _NUMBER, **sections}),
        "$defs": {"woord": _table(grammar.WORD, _all(grammar.WORD, _TEXT))},
    }


def _definitions(vocabulary: Vocabulary) -> Schema:
    lowest = DisclosureLevel.SILENT.code
    return {
        "stroom": _words(vocabulary.lanes),
        "mechanisme": _words(vocabulary.mechanisms),
        "soort-instantie": _words(vocabulary.agency_kinds),
        "partij": {"anyOf": [_ref("soort-instantie"), {"const": grammar.PARTICIPANTS}]},
        "doel": _words(vocabulary.purposes),
        "open-doel": _words(term for term in vocabulary.purposes if not term.always_silent),
        "vlag": _words(vocabulary.flags),
        "voorwaarde": _words(vocabulary.preconditions),
        "trede": _words(vocabulary.levels),
        "hogere-trede": _words(term for term in vocabulary.levels if term.code != lowest),
        "uitleg": _table(grammar.EXPLANATION, _all(grammar.EXPLANATION, _TEXT)),
    }


def _silent_purposes(vocabulary: Vocabulary) -> Schema:
    """Say that those which are silent everywhere stand in every card."""
    return {**_list(_ref("doel")), "allOf": [{"contains": {"const": term.word}} for term in vocabulary.always_silent]}


def _contact() -> Schema:
    return _table(
        grammar.CONTACT,
        {"binnen": _WORKING_DAYS, "opschalen": _table(grammar.LADDER, _all(grammar.LADDER, _WORKING_DAYS))},
    )


def _notice() -> Schema:
    nobody = next(word for word, told in grammar.TOLD.items() if told is Told.NOBODY)
    return {
        **_table(
            grammar.NOTICE,
            {"aan": _one_of(grammar.TOLD), "uitleg": _EXPLANATION, **dict.fromkeys(grammar.NOTICE.optional, _SPAN)},
        ),
        "if": {"properties": {"aan": {"const": nobody}}},
        "then": {"properties": dict.fromkeys(grammar.NOTICE.optional, False)},
        "else": {"required": [*grammar.NOTICE.optional]},
    }


def _basis() -> Schema:
    dates = {"van": _DATE, "tot-en-met": _or(grammar.OPEN_END, _DATE), "herzien-voor": _DATE}
    return _table(grammar.BASIS, {**_all(grammar.BASIS, _TEXT), **dates, "reikt-tot": _ref("trede")})


def _registration_rule() -> Schema:
    return _table(
        grammar.REGISTRATION_RULE,
        {
            "regel": _TEXT,
            "wie": _list(_ref("soort-instantie")),
            "doelen": _list(_ref("open-doel")),
            "vlaggen": _list(_ref("vlag")),
            "eist": _list(_ref("voorwaarde")),
            "grondslag": _list(_NAME),
            "uitleg": _EXPLANATION,
        },
    )


def _bar() -> Schema:
    return _table(grammar.BAR, {"regel": _TEXT, "wie": _list(_ref("soort-instantie")), "uitleg": _EXPLANATION})


def _parent_rule() -> Schema:
    municipality = {"type": "string", "pattern": f"^{grammar.MUNICIPALITY}$"}
    municipalities = {
        "anyOf": [_list({"const": grammar.EVERYWHERE}), _list({**municipality, "not": {"const": grammar.EVERYWHERE}})]
    }
    return _table(
        grammar.PARENT_RULE,
        {"regel": _TEXT, "gemeenten": municipalities, "grondslag": _list(_NAME), "uitleg": _EXPLANATION},
    )


def _disclosure_rule(vocabulary: Vocabulary) -> Schema:
    police = [term.word for term in vocabulary.agency_kinds if term.code == grammar.POLICE]
    return {
        **_table(
            grammar.DISCLOSURE_RULE,
            {
                "regel": _TEXT,
                "van": _list(_ref("partij")),
                "aan": _list(_ref("partij")),
                "doelen": _list(_ref("open-doel")),
                "als": _table(grammar.FLAGS_OF_RULE, _all(grammar.FLAGS_OF_RULE, _list(_ref("vlag")))),
                "mag": _ref("hogere-trede"),
                "mag-niet": _ref("hogere-trede"),
                "grondslag": _list(_NAME),
                "wpg-20-2": _table(grammar.POLICE_DECISION, _all(grammar.POLICE_DECISION, _TEXT)),
                "uitleg": _EXPLANATION,
            },
        ),
        "oneOf": [
            {"required": ["mag", "grondslag"], "properties": {"mag-niet": False}},
            {"required": ["mag-niet"], "properties": {"mag": False}},
        ],
        "if": {"required": ["mag"], "properties": {"van": {"contains": {"enum": police}}}},
        "then": {"required": ["wpg-20-2"]},
    }


def _examples() -> Schema:
    shown = {"doel": _ref("doel"), "dan": _one_of(grammar.DONE), "door": _TEXT, "op": _DATE}
    kind, flags = (
        _ref("soort-instantie"),
        _table(grammar.FLAGS_OF_EXAMPLE, _all(grammar.FLAGS_OF_EXAMPLE, _ref("vlag"))),
    )
    registering = {"wie": kind, "vlag": _ref("vlag"), "eist": _list(_ref("voorwaarde")), **shown}
    telling = {"van": kind, "aan": kind, "wat": _ref("hogere-trede"), "als": flags, **shown}
    permitted = next(word for word, done in grammar.DONE.items() if done)
    by_a_rule = {"if": {"properties": {"dan": {"const": permitted}}}, "then": {"required": ["door"]}}
    return _table(
        grammar.EXAMPLES,
        {
            "registreren": _rows({**_table(grammar.REGISTRATION_EXAMPLE, registering), **by_a_rule}),
            "vertellen": _rows({**_table(grammar.DISCLOSURE_EXAMPLE, telling), **by_a_rule}),
        },
    )


def _table(keys: grammar.Keys, values: Mapping[str, Schema]) -> Schema:
    """Give the schema of a table with exactly these keys, each with its meaning; raises KeyError for one without."""
    meanings = {**keys.must, **keys.may}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*keys.required],
        "properties": {key: {"description": meaning, **values[key]} for key, meaning in meanings.items()},
    }


def _all(keys: grammar.Keys, value: Schema) -> Mapping[str, Schema]:
    """Give every key of a table the same value."""
    return dict.fromkeys((*keys.required, *keys.optional), value)


def _words(terms: Iterable[Term]) -> Schema:
    """Give the closed list of some words; an editor shows their meanings, all together or each beside its word."""
    found = tuple(terms)
    return {
        "description": "\n".join(f"{term.word}: {term.meaning}" for term in found),
        "enum": [term.word for term in found],
        "enumDescriptions": [term.meaning for term in found],
    }


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": [*words]}


def _or(word: str, other: Schema) -> Schema:
    return {"anyOf": [{"const": word}, other]}


def _list(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": item}


def _rows(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": item}


def _named(value: Schema) -> Schema:
    return {"type": "object", "minProperties": 1, "additionalProperties": value}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
