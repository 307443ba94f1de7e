"""Holds which kinds of agency there are, as the vocabulary of the installed policies names them."""

from adapters.cli.locale import language


def kinds() -> dict[str, str]:
    """Return the code of each kind with its label in the language of the locale; nothing where no policies are."""
    from gateway.app import POLICIES  # noqa: PLC0415  # only who enrolls needs the vocabulary
    from gateway.core.policy.cards.mistakes import PolicyRejected  # noqa: PLC0415
    from gateway.core.policy.cards.vocabulary import load_vocabulary  # noqa: PLC0415
    from gateway.policies.directory import VOCABULARY  # noqa: PLC0415

    try:
        vocabulary = load_vocabulary((POLICIES / VOCABULARY).read_bytes(), name=VOCABULARY)
    except (OSError, PolicyRejected):
        return {}
    return {term.code: term.label_nl if language() == "nl" else term.label_en for term in vocabulary.agency_kinds}
