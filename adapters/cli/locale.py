"""Decides in which language the command talks: Dutch when the locale is, else English."""

import os


def language() -> str:
    """Return "nl" when the locale is Dutch, else "en"."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "nl" if locale.lower().startswith("nl") else "en"


def words(nl: str, en: str) -> str:
    """Return the text in the language of the locale."""
    return nl if language() == "nl" else en
