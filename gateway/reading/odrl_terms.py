"""The names that an ODRL export uses, each with the publication it comes from; nothing is fetched to read them."""

from typing import Final

Json = dict[str, object]

#: ODRL Vocabulary & Expression 2.2, W3C Recommendation of 15 February 2018, section "Namespaces".
ODRL: Final = "http://www.w3.org/ns/odrl/2/"
#: Data Privacy Vocabulary 2, W3C Data Privacy Vocabularies and Controls Community Group: https://w3id.org/dpv.
DPV: Final = "https://w3id.org/dpv#"
#: DCMI Metadata Terms.
DCT: Final = "http://purl.org/dc/terms/"
#: RDF Schema 1.1, W3C Recommendation of 25 February 2014.
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
#: XML Schema 1.1 part 2, W3C Recommendation of 5 April 2012.
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
#: Our own words; nothing is behind these names, they only differ from all others.
SEINHUIS: Final = "urn:seinhuis:"
PROFILE: Final = f"{SEINHUIS}odrl-profile:1"

_REFERENCE: Final = "@id"


def _refers(iri: str) -> Json:
    return {"@id": iri, "@type": _REFERENCE}


#: Stands in every export, so that a reader need fetch nothing.
CONTEXT: Final[Json] = {
    "odrl": ODRL,
    "dpv": DPV,
    "dct": DCT,
    "rdfs": RDFS,
    "xsd": XSD,
    "seinhuis": SEINHUIS,
    "uid": "@id",
    "type": "@type",
    "Set": "odrl:Set",
    "Permission": "odrl:Permission",
    "Prohibition": "odrl:Prohibition",
    "Constraint": "odrl:Constraint",
    "profile": _refers("odrl:profile"),
    "conflict": _refers("odrl:conflict"),
    "permission": _refers("odrl:permission"),
    "prohibition": _refers("odrl:prohibition"),
    "action": _refers("odrl:action"),
    "target": _refers("odrl:target"),
    "assignee": _refers("odrl:assignee"),
    "constraint": _refers("odrl:constraint"),
    "leftOperand": _refers("odrl:leftOperand"),
    "operator": _refers("odrl:operator"),
    "rightOperand": {"@id": "odrl:rightOperand"},
    "hasDataController": _refers("dpv:hasDataController"),
    "hasPurpose": _refers("dpv:hasPurpose"),
    "hasLegalBasis": _refers("dpv:hasLegalBasis"),
    "hasRecipient": _refers("dpv:hasRecipient"),
    "basis": _refers("seinhuis:basis"),
    "police": _refers("seinhuis:wpg-20-2"),
    "title": {"@id": "dct:title", "@language": "nl"},
    "label": "rdfs:label",
    "comment": "rdfs:comment",
}
