"""Holds the empty rule card that an officer starts from: whatever must be filled in does not load until it is."""

from datetime import date
from typing import Final

MARK: Final = "INVULLEN"

_CARD: Final = """\
# Beleidskaart van de stroom {lane}. Wat hier niet staat, mag niet.
# Zoek op INVULLEN: elke plek die u nog moet invullen. De kaart laadt pas als er geen meer is.
# `seinhuis policy lint` noemt ze, met regel en kolom. De woorden staan in vocabulary.yaml, de sleutels in README.md.
stroom: {lane}
versie: 1
geldig:
  van: INVULLEN                  # eerste dag, zoals {from_on}
  tot-en-met: INVULLEN           # laatste dag; daarna mag er niets meer
verantwoordelijken:
  - ""                           # INVULLEN: wie staat hiervoor in?
doel: ""                         # INVULLEN: waarvoor is deze stroom? Eén zin.
zonder-regel: mag-niet           # iets anders bestaat niet
wederkerig: INVULLEN             # ja: beide kanten horen altijd hetzelfde van elkaar; anders nee
altijd-stil: [{silent}]

termijn:
  ten-hoogste: INVULLEN          # zo lang geldt een registratie hooguit, zoals 18 maanden
  standaard: INVULLEN            # zo lang als de instantie niets zegt
contact:
  binnen: INVULLEN               # zo snel moeten partijen elkaar spreken, zoals 5 werkdagen
  opschalen: {{regievoerder: INVULLEN}}   # wanneer de regievoerder het ziet, zoals 10 werkdagen
mededeling:
  aan: INVULLEN                  # wie hoort dat hij geregistreerd is: naar-leeftijd, betrokkene of niemand
  binnen: 4 weken                # laat weg bij niemand
  uitstel: 2 weken               # laat weg bij niemand
  uitleg:
    nl: ""                       # INVULLEN: waarom zo? In het Nederlands,
    en: ""                       # INVULLEN: en in het Engels.
bewaren:
  match: INVULLEN                # zoals 2 jaar
  archief: geen                  # of een termijn
  logboek: 5 jaar

grondslagen:
  grondslag-1:                   # geef hem een eigen naam, en gebruik die hieronder
    wet: ""                      # INVULLEN: welke wet?
    artikel: ""                  # INVULLEN: welk artikel?
    van: INVULLEN                # sinds wanneer, zoals 2015-01-01
    tot-en-met: onbepaald        # of de laatste dag
    herzien-voor: INVULLEN       # voor welke dag kijkt een jurist er weer naar?
    reikt-tot: INVULLEN          # hoogste trede die het artikel draagt: {levels}
    te-bevestigen: ""            # INVULLEN: wat moet een jurist nog bevestigen?

registreren:                     # wie mag laten weten dat hij betrokken is
  - regel: R1
    wie: []                      # INVULLEN: soorten instantie, zoals [school, wijkteam]
    doelen: []                   # INVULLEN: waarvoor
    vlaggen: []                  # INVULLEN: waarmee, zoals [betrokken]
    grondslag: [grondslag-1]
    uitleg:
      nl: ""                     # INVULLEN: waarom mag dit?
      en: ""                     # INVULLEN: hetzelfde in het Engels

vertellen:                       # wat de een van de ander hoort
  - regel: V1
    van: [deelnemers]            # over wie; deelnemers is iedereen die mag registreren
    aan: [deelnemers]            # wie het hoort
    doelen: []                   # INVULLEN: waarvoor
    mag: INVULLEN                # tot en met welke trede
    grondslag: [grondslag-1]
    uitleg:
      nl: ""                     # INVULLEN: deze zin krijgt de ontvanger te lezen
      en: ""                     # INVULLEN: hetzelfde in het Engels

# Dit zijn de proeven: bij elke regel een voorbeeld, en ook een van wat niet mag.
voorbeelden:
  registreren:
    - {{wie: INVULLEN, doel: INVULLEN, vlag: INVULLEN, dan: mag, door: R1}}
  vertellen:
    - {{van: INVULLEN, aan: INVULLEN, doel: INVULLEN, wat: INVULLEN, dan: mag, door: V1}}
    - {{van: INVULLEN, aan: INVULLEN, doel: opsporing, wat: bevestigd, dan: mag-niet}}
"""


def skeleton(*, lane: str, silent: tuple[str, ...], levels: tuple[str, ...], on: date) -> str:
    """Return the text of an empty card of a lane; all words as the vocabulary writes them."""
    return _CARD.format(lane=lane, silent=", ".join(silent), levels=", ".join(levels), from_on=on.replace(day=1))
