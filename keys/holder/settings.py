"""Holds what an operator of a key holder sets: one TOML file, read whole; an unknown key stops the program."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from keys.holder.quota import Quota

_Oin = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
_Tokens = Annotated[int, Field(strict=True, ge=0, le=10**9)]


class SettingsRejected(ValueError):
    """Settings that cannot be used; `problems` names every one of them by its place, never by value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep all reasons."""
        self.problems = problems
        super().__init__("; ".join(problems))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class QuotaSettings(_Section):
    """Tokens within 24 hours at all holders together: for every agency, and for those with another figure."""

    tokens_per_day: _Tokens = 100_000
    of_agency: Mapping[_Oin, _Tokens] = Field(default_factory=dict)


class Settings(_Section):
    """Paths are relative to the file. `public_url` is what callers sign: scheme, host and port, without a path."""

    oin: _Oin
    index: Annotated[int, Field(strict=True, ge=1, le=32)]
    threshold: Annotated[int, Field(strict=True, ge=1, le=16)]
    holders: Annotated[int, Field(strict=True, ge=1, le=32)]
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]{1,255}$")]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(strict=True, ge=0, le=65535)]
    keystore: Path
    passphrase_file: Path
    trust_list: Path
    log: Path
    quota: QuotaSettings = QuotaSettings()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.index > self.holders or self.holders < 2 * self.threshold - 1:
            raise ValueError("index <= holders and holders >= 2 * threshold - 1")
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file; raises SettingsRejected with all problems, and OSError when it cannot be read."""
        try:
            settings = cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise SettingsRejected(("the file is not TOML",)) from None
        except ValidationError as invalid:
            raise SettingsRejected(_named(invalid)) from None
        beside = {name: path.parent / getattr(settings, name) for name in _PATHS}
        return settings.model_copy(update=beside)

    def allowance(self) -> Quota:
        """Return the quota that these settings mean."""
        return Quota(self.quota.tokens_per_day, self.threshold, self.holders, dict(self.quota.of_agency))


_PATHS = ("keystore", "passphrase_file", "trust_list", "log")


def _named(invalid: ValidationError) -> tuple[str, ...]:
    return tuple(
        f"{'.'.join(map(str, error['loc'])) or 'settings'}: {error['type'].replace('_', ' ')}"
        for error in invalid.errors(include_url=False, include_context=False, include_input=False)
    )
