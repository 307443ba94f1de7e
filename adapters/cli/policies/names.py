"""Holds the names of the policy commands, each with what it does and an example, in the order of a review."""

from collections.abc import Callable
from typing import Any, Final

from adapters.cli.policies import asking, comparing, exporting, officers, picture, releasing, showing, signing, writing

_Entry = tuple[str, Callable[..., Any], tuple[str, str], str]

POLICY: Final[tuple[_Entry, ...]] = (
    (
        "new",
        writing.new,
        (
            "Begin een kaart; de plekken om in te vullen zijn gemerkt.",
            "Begin a card; the places to fill in are marked.",
        ),
        "policy new --lane jeugd --out youth.yaml",
    ),
    (
        "lint",
        writing.lint,
        ("Noem elke fout in een kaart of map tegelijk.", "Name every mistake in a card or folder at once."),
        "policy lint kaarten",
    ),
    (
        "test",
        writing.try_examples,
        ("Probeer de voorbeelden van de kaarten.", "Try the examples of the cards."),
        "policy test kaarten",
    ),
    (
        "render",
        showing.render,
        ("Schrijf een kaart als bladzijde om te lezen.", "Write a card as a page for reading."),
        "policy render --lane jeugd --language nl --out jeugd.md",
    ),
    (
        "explain",
        asking.explain,
        ("Leg een antwoord van een kaart uit.", "Explain an answer of a card."),
        "policy explain --lane veilig-thuis --from veilig-thuis --to school --purpose radar --own-flag betrokken",
    ),
    (
        "matrix",
        picture.matrix,
        ("Toon wie wat van wie hoort.", "Show who learns what of whom."),
        "policy matrix --lane veilig-thuis --format html --out matrix.html",
    ),
    (
        "diff",
        comparing.diff,
        ("Vertel wat er open en dicht gaat tussen twee versies.", "Tell what opens and closes between two versions."),
        "policy diff kaarten-oud kaarten",
    ),
    (
        "simulate",
        comparing.simulate,
        (
            "Neem besluiten opnieuw. Die van een tijdvak, zoals het knooppunt ze vastlegde, onder het nieuwe beleid.",
            "Make decisions again. Those of a period, as the gateway recorded them, under the new policy.",
        ),
        "policy simulate kaarten --config gateway.toml --from 2027-01-01 --until 2027-02-01",
    ),
    (
        "release",
        releasing.release,
        (
            "Maak van kaarten een uitgave. Dat mislukt als er meer of minder opengaat dan het voorstel zegt.",
            "Make a release of cards. That fails when more or less opens than the proposal says.",
        ),
        "policy release kaarten --proposal voorstel.yaml --previous 0001.release.json --out uitgaven",
    ),
    (
        "officer",
        officers.officer,
        (
            "Maak de sleutel van een functionaris. Met een verzoek aan de regio.",
            "Make the key of an officer. With a request to the region.",
        ),
        'policy officer mijn-sleutel --oin 00000000990000000909 --name "Functionaris"',
    ),
    (
        "sign",
        signing.sign,
        (
            "Lees een uitgave en teken haar. Bevestigen gaat met de eerste tekens van haar kenmerk.",
            "Read a release and sign it. Confirming is done with the first characters of its digest.",
        ),
        "policy sign 0002.release.json --keystore officer.keystore --passphrase-file officer.passphrase --officer OIN",
    ),
    (
        "verify",
        releasing.verify,
        ("Zie wie tekende, en of dat genoeg is.", "See who signed, and whether that is enough."),
        "policy verify uitgaven/0002.release.json --trust trust.json",
    ),
    (
        "export",
        exporting.export,
        (
            "Schrijf een register, een bijlage bij een DPIA, of ODRL.",
            "Write a register, an annex to a DPIA, or ODRL.",
        ),
        "policy export --format register --out verwerkingsregister.md",
    ),
    (
        "schema",
        exporting.schema,
        (
            "Schrijf de schema's waarmee een bewerker meekijkt bij het typen.",
            "Write the schemas with which an editor helps while you type.",
        ),
        "policy schema --out schema",
    ),
)
