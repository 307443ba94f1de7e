"""The commands that start the parts of the house: they live elsewhere and are only called when asked for."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.locale import words

PartConfig = Annotated[
    Path | None, typer.Option("--config", help=words("instellingen van dit onderdeel", "settings of this part"))
]


def demo(context: typer.Context) -> None:
    """Run the demo with the arguments as they are."""
    from deploy.demo import main  # noqa: PLC0415  # the demo brings a whole region with it

    raise typer.Exit(main(context.args))


def serve_gateway(*, config: PartConfig = None) -> None:
    """Start a gateway."""
    _gateway("serve", config)


def serve_worker(*, config: PartConfig = None) -> None:
    """Start the worker."""
    _gateway("worker", config)


def serve_holder(*, config: Annotated[Path, typer.Option("--config")]) -> None:
    """Start a key holder."""
    from keys.holder.app import serve  # noqa: PLC0415  # nobody else may import a key holder

    raise typer.Exit(serve(config))


def migrate(*, config: PartConfig = None) -> None:
    """Bring the schema of the database up to this version."""
    _gateway("migrate", config)


def check(*, config: PartConfig = None) -> None:
    """Open everything that serving needs."""
    _gateway("check", config)


def verify(*, config: PartConfig = None) -> None:
    """Run the reconciler (G10)."""
    _gateway("verify", config)


def replay(*, config: PartConfig = None) -> None:
    """Put back what was parked (G12)."""
    _gateway("replay", config)


def alarms(*, config: PartConfig = None) -> None:
    """Show what alarms the officers."""
    _gateway("alarms", config)


def purges(*, config: PartConfig = None) -> None:
    """Show the receipts of purged lanes (domain rule 21)."""
    _gateway("purges", config)


def erasures(*, config: PartConfig = None) -> None:
    """Replay the erasure journal over a restored database (G17)."""
    _gateway("erasures", config)


def onboard(*, config: PartConfig = None) -> None:
    """Have the key holders make what new agencies and lanes need."""
    _gateway("onboard", config)


def _gateway(command: str, config: Path | None) -> None:
    from gateway.__main__ import main  # noqa: PLC0415  # an agency's machine does not start a gateway

    raise typer.Exit(main([*(("--config", str(config)) if config else ()), command]))
