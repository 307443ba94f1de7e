"""Holds what the demo says, in English and in Dutch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of the demo in one language; braces are filled in where they are said."""

    dutch: bool = False
    opening: str
    region: str
    region_made: str
    federation: str
    federation_up: str
    importing: str
    all_matches: str
    contacts: str
    story: str
    night: str
    school_knows: str
    receipt: str
    both_alerted: str
    alert_content: str
    reports: str
    learned: str
    learned_case: str
    learned_other: str
    learned_desk: str
    learned_flag: str
    learned_nobody: str
    learned_rule: str
    learned_why: str
    not_learned: str
    nothing_leaked: str
    leaked: str
    gateway_knows: str
    radar: str
    radar_report: str
    radar_lanes: str
    radar_held: str
    pairs: str
    verify: str
    table_title: str
    agency: str
    registrations: str
    refused_rows: str
    matches: str
    alerts: str
    contacts_made: str
    lost: str
    total: str
    live_note: str
    expected: str
    times: str
    verify_zero: str
    verify_findings: str
    sound: str
    unsound: str
    kept: str
    stop: str
    next_kept: str
    next_gone: str
    database_in_use: str


ENGLISH: Final = Words(
    opening="Seinhuis demo. Everybody in it is invented; no person number below was ever issued.",
    region="A region of six agencies",
    region_made="{people} children, {rows} rows in six exports, each in its agency's own columns; {bad} of them bad",
    federation="{holders} key holders, {threshold} of whom make a token, a gateway and a worker as processes",
    federation_up="keys made, a demo release of the policies signed, agencies on board, everything up",
    importing="Each agency imports its own export: numbers become tokens before anything leaves it",
    all_matches="every match found and told to both agencies",
    contacts="agencies look at matches and report contact",
    story="One night",
    night="02:10. The police meet a nine-year-old on the street, and register that they are involved.",
    school_knows="The school registered the same child last month. Neither knows of the other.",
    receipt="The receipt says the same whether or not anybody else is involved: {receipt}",
    both_alerted="Both have their alert, {milliseconds:.0f} ms after the police began to register.",
    alert_content="The alert says where to look and nothing else: {alert}",
    reports="{agency} acknowledges, makes contact and reports it: the match is {state}",
    learned="What {agency} learned",
    learned_case="its own case: {case}",
    learned_other="who else is involved: {agency}",
    learned_desk="whom to call: {desk}, {phone}, {email}",
    learned_flag="how it is involved: {flag}",
    learned_nobody="who else is involved: the rule does not say",
    learned_rule="by which rule: {rules}, on the basis of {basis}, before {due}",
    learned_why="why: {why}",
    not_learned="What it did not: the reason, the file or the case number of the other; since when; who else it knows.",
    nothing_leaked="Looked for in all that both were sent, not found: the child's number, name, birth date, address.",
    leaked="FOUND in what an agency was sent, where it must not be: {what}.",
    gateway_knows=(
        "What the gateway learned: that two agencies share a case. Not whom it is about: it never had a name, a number "
        "or anything that can be searched for one. The key holders evaluated blinded points and saw nobody."
    ),
    radar="The same night, in the lane veilig_thuis",
    radar_report="Veilig Thuis has an open report about this child's home. The police register a care report there.",
    radar_lanes="Each lane has keys of its own: no token joins this match with the one before.",
    radar_held="As the card says: Veilig Thuis sees how the police are involved, the police only that it has arrived.",
    pairs="{count} more children, each registered by a second agency: how soon do both know?",
    verify="the reconciler compares all registrations with all matches (seinhuis gateway verify)",
    table_title="The end of the demo",
    agency="Agency",
    registrations="Registered",
    refused_rows="Bad rows",
    matches="Matches",
    alerts="Alerts",
    contacts_made="Contacts",
    lost="Lost",
    total="All together",
    live_note="{live} registrations were made live, 2 of them in veilig_thuis; a match counts at both its agencies.",
    expected="Matches from the exports: {matches}. A naive count over the same files says: {expected}.",
    times="From registering to both alerts, over {count} live pairs: p50 {p50:.0f} ms, p95 {p95:.0f} ms.",
    verify_zero="The reconciler found nothing to repair.",
    verify_findings="The reconciler found something: see {log}.",
    sound="All as it must be, in {seconds:.0f} seconds.",
    unsound="NOT as it must be: see the figures above. {seconds:.0f} seconds.",
    kept="The federation keeps running: {parts}.",
    stop="Stop it, and throw it away:",
    next_kept="Try next, as the police:",
    next_gone="Nothing is left running. Try next:",
    database_in_use="This database holds registrations already; the demo needs an empty one.",
)

DUTCH: Final = Words(
    dutch=True,
    opening="Demo van Seinhuis. Iedereen is verzonnen; geen enkel burgerservicenummer hieronder is ooit uitgegeven.",
    region="Een regio met zes instanties",
    region_made="{people} jeugdigen, {rows} regels in zes exports, elk met eigen kolommen; {bad} fout",
    federation="{holders} sleutelhouders, {threshold} maken een token; een knooppunt en een werker als processen",
    federation_up="sleutels gemaakt, een demo-uitgave van het beleid getekend, instanties aangesloten, alles draait",
    importing="Elke instantie leest haar eigen export in: nummers worden tokens voordat er iets naar buiten gaat",
    all_matches="elke match gevonden en aan beide instanties gemeld",
    contacts="instanties bekijken matches en melden contact",
    story="Een nacht",
    night="02:10. De politie treft een kind van negen op straat, en registreert dat zij betrokken is.",
    school_knows="De school registreerde hetzelfde kind vorige maand. Geen van beide weet van de ander.",
    receipt="Het ontvangstbewijs is gelijk, of er nu iemand anders betrokken is of niet: {receipt}",
    both_alerted="Beide hebben hun signaal, {milliseconds:.0f} ms nadat de politie begon te registreren.",
    alert_content="Het signaal zegt waar te kijken en verder niets: {alert}",
    reports="{agency} bevestigt, neemt contact op en meldt dat: de match is {state}",
    learned="Wat {agency} te weten kwam",
    learned_case="de eigen zaak: {case}",
    learned_other="wie er nog betrokken is: {agency}",
    learned_desk="wie te bellen: {desk}, {phone}, {email}",
    learned_flag="hoe die betrokken is: {flag}",
    learned_nobody="wie er nog betrokken is: dat zegt de regel niet",
    learned_rule="volgens welke regel: {rules}, op grond van {basis}, voor {due}",
    learned_why="waarom: {why}",
    not_learned="Wat niet: de reden, het dossier of zaaknummer van de ander; sinds wanneer; wie de ander nog kent.",
    nothing_leaked="Gezocht in alles wat beide kregen, niet gevonden: nummer, naam, geboortedatum, adres van het kind.",
    leaked="GEVONDEN in wat een instantie kreeg, waar het niet hoort: {what}.",
    gateway_knows=(
        "Wat het knooppunt te weten kwam: dat twee instanties een zaak delen. Niet over wie: het had nooit een naam, "
        "een nummer of iets waarmee dat te vinden is. De sleutelhouders rekenden met verblinde punten en zagen niemand."
    ),
    radar="Dezelfde nacht, in de stroom veilig_thuis",
    radar_report="Veilig Thuis heeft een open melding over dit kind. De politie registreert daar een zorgmelding.",
    radar_lanes="Elke stroom heeft eigen sleutels: geen token verbindt deze match met de vorige.",
    radar_held="Zoals de kaart zegt: Veilig Thuis ziet hoe de politie betrokken is, de politie dat het is aangekomen.",
    pairs="Nog {count} jeugdigen, elk geregistreerd door een tweede instantie: hoe snel weten beide het?",
    verify="de verificatie vergelijkt alle registraties met alle matches (seinhuis gateway verify)",
    table_title="Het einde van de demo",
    agency="Instantie",
    registrations="Geregistreerd",
    refused_rows="Foute regels",
    matches="Matches",
    alerts="Signalen",
    contacts_made="Contacten",
    lost="Verloren",
    total="Samen",
    live_note="{live} registraties zijn ter plekke gedaan, 2 in veilig_thuis; een match telt bij beide instanties.",
    expected="Matches uit de exports: {matches}. Een naïeve telling over dezelfde bestanden zegt: {expected}.",
    times="Van registreren tot beide signalen, over {count} paren: p50 {p50:.0f} ms, p95 {p95:.0f} ms.",
    verify_zero="De verificatie vond niets om te herstellen.",
    verify_findings="De verificatie vond iets: zie {log}.",
    sound="Alles zoals het hoort, in {seconds:.0f} seconden.",
    unsound="NIET zoals het hoort: zie de cijfers hierboven. {seconds:.0f} seconden.",
    kept="De federatie blijft draaien: {parts}.",
    stop="Stop haar, en gooi haar weg:",
    next_kept="Probeer hierna, als de politie:",
    next_gone="Er draait niets meer. Probeer hierna:",
    database_in_use="Deze database bevat al registraties; de demo heeft een lege nodig.",
)


def words_for(environment: Mapping[str, str]) -> Words:
    """Return the words of the locale: LC_ALL, else LC_MESSAGES, else LANG (POSIX); English unless it is Dutch."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    return DUTCH if locale.startswith("nl") else ENGLISH
