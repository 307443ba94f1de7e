"""The gateway's own command: serve, work, migrate, check, verify, onboard, and show alarms and purge receipts."""

import argparse
import errno
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn

from gateway import app, ids
from gateway.api.openapi import document_json
from gateway.api.problems import problem_of
from gateway.core.policy.releases.faults import ReleaseRejected
from gateway.core.refusals import Refused
from gateway.flows.replay import replay
from gateway.flows.rights.erasures import JournalIncomplete, replay_erasures
from gateway.peers.erasure_file import ErasureFile, JournalRejected
from gateway.peers.holders import onboard
from gateway.policies.folder import newest_release
from gateway.policies.in_force import ReleaseInForce
from gateway.settings import CONFIG_VARIABLE, Settings, SettingsRejected
from gateway.store import RecordedEvent, SqlView, UnsafeStore, migrate, open_store, reconcile
from gateway.wake import Wake
from keys.custody import Keystore, KeystoreRefused, passphrase_from
from keys.impatience import Impatient
from keys.onboarding import OnboardingFailed
from keys.purge_receipts import purge_is_signed
from keys.signing_key import base64url
from keys.trust import TrustList, TrustRejected

OK: Final = 0
USAGE: Final = 2
LATER: Final = 5
INTEGRITY: Final = 6
ALARMS_AT_ONCE: Final = 1000
ALARM_HEADING: Final = ("raised at", "why", "for purpose", "by agency", "about event")
CALLS_AT_ONCE: Final = 4096  # beyond what the gateway refuses by itself; a last bound on open connections
KEEP_ALIVE_SECONDS: Final = 30
STOP_SECONDS: Final = 20
# TLS 1.2 with ECDHE and an AEAD, or 1.3 (G40; NCSC guidelines for TLS, "good").
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"

_EXPECTED: Final = (
    JournalIncomplete,
    JournalRejected,
    KeystoreRefused,
    OnboardingFailed,
    OSError,
    Refused,
    ReleaseRejected,
    SettingsRejected,
    TrustRejected,
    UnsafeStore,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except _EXPECTED as error:
        reasons, code = _explained(error, given.config)
    for reason in reasons:
        sys.stderr.write(f"seinhuis gateway: {reason}\n")
    return code


def _explained(error: Exception, config: Path | None) -> tuple[Sequence[str], int]:
    """Return what stands in the way, in lines for an operator, and the exit code."""
    match error:
        case SettingsRejected() | TrustRejected():
            return error.problems, USAGE
        case UnsafeStore():
            return error.reasons, INTEGRITY
        case ReleaseRejected():
            return [str(reason) for reason in error.reasons], INTEGRITY
        case Refused():
            problem, place = problem_of(error.refusal), Settings.load(config).database_place
            fix = f"the database is at {place}: start it, or mend the setting `database`; then try again"
            return [f"{problem.code}: {problem.title_en}", fix], LATER
        case OSError():
            return [f"{error.filename or 'system'}: {error.strerror}"], USAGE
        case _:  # a keystore that does not open, or holders that do not answer: they name no secret
            return [f"{type(error).__name__}: {error}"], INTEGRITY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    parser.add_argument("--config", type=Path, help=f"settings file (TOML); otherwise ${CONFIG_VARIABLE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("serve", _serve, "answer calls"),
        ("worker", _work, "match, deliver, expire, purge, trim"),
        ("migrate", _migrate, "bring the database's schema up to this version"),
        ("check", _check, "open everything that serving needs, and say what is wrong"),
        ("verify", _verify, "recompute from the rows what must have happened; exit code 6 when something is amiss"),
        ("replay", _replay, "put back what was parked, once what was in its way is mended"),
        ("alarms", _alarms, "list what alarms the officers: when, why, for which purpose, by whom, in which event"),
        ("purges", _purges, "list the receipts of purged lanes; exit code 6 when a signature is not this gateway's"),
        ("erasures", _erasures, "erase again what a restored database brought back; serving does so by itself"),
        ("onboard", _onboard, "open the conversion factors of every agency on the trust list"),
        ("openapi", _openapi, "print the OpenAPI document"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(command=command)
    return parser


def _serve(given: argparse.Namespace) -> int:
    settings = Settings.load(given.config)
    several = settings.workers > 1
    _look_at_port(settings.listen_host, settings.listen_port)
    if several and given.config:
        os.environ[CONFIG_VARIABLE] = str(given.config)  # each process reads it anew
    stopped = _Broken()
    signal.signal(signal.SIGTERM, lambda *_: None)  # the server stops on it, then raises it once more for us
    uvicorn.run(
        "gateway.app:from_environment" if several else app.gateway(app.open_parts(settings, broken=stopped)),
        factory=several,
        workers=settings.workers,
        host=settings.listen_host,
        port=settings.listen_port,
        http=Impatient,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CALLS_AT_ONCE,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ssl_context_factory=_tls if settings.tls_certificate else None,
    )
    return INTEGRITY if stopped.broken else OK


def _look_at_port(host: str, port: int) -> None:
    """Say in plain words that the port is taken, before anything is opened; raises OSError."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        why = "is in use by another process" if error.errno == errno.EADDRINUSE else error.strerror
        raise OSError(error.errno, why, f"port {port} on {host}") from None


class _Broken:
    """Remembers that the house contradicted itself, and stops this process as a signal would (G42)."""

    def __init__(self) -> None:
        self.broken = False

    def __call__(self) -> None:
        self.broken = True
        os.kill(os.getpid(), signal.SIGTERM)


def _tls(_: object, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    return context


def _work(given: argparse.Namespace) -> int:
    broken, asked = _Broken(), threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: asked.set())
    parts = app.open_parts(Settings.load(given.config), broken=broken)
    wake = Wake(parts.store.bell())
    worker = app.worker(parts, wake)
    worker.start()
    wake.start()
    parts.releases.start()
    parts.log.info("worker ready")
    asked.wait()
    parts.releases.close()
    worker.stop()
    wake.close()
    parts.store.close()
    return INTEGRITY if broken.broken else OK


def _migrate(given: argparse.Namespace) -> int:
    migrate(Settings.load(given.config).database)
    return OK


def _check(given: argparse.Namespace) -> int:
    parts = app.open_parts(Settings.load(given.config))
    agencies = sum(party.kind != "" for party in parts.trust.current.parties)
    sys.stdout.write(f"store reached; {agencies} agencies on the trust list; {_shown(parts.releases.in_force)}\n")
    parts.store.close()
    return OK


def _shown(in_force: ReleaseInForce) -> str:
    """Say which release is in force, and what lies in its folder that is not."""
    release = in_force.release
    lanes = ", ".join(policy.lane for policy in in_force.policies.policies)
    kind = "demo release" if in_force.demo else "release"
    shown = "no release: everything is refused" if release is None else f"{kind} {release.number} for {lanes}"
    refused = (f"{one.file} ({', '.join(one.faults)})" for one in in_force.refused)
    return "; refused: ".join((shown, *refused))


def _verify(given: argparse.Namespace) -> int:
    with open_store(Settings.load(given.config).database) as store:
        findings = reconcile(store)
    for name, count in asdict(findings).items():
        sys.stdout.write(f"{count:>8}  {name.replace('_', ' ')}\n")
    return OK if findings.sound else INTEGRITY


def _replay(given: argparse.Namespace) -> int:
    with open_store(Settings.load(given.config).database) as store:
        jobs, deliveries = replay(store, mint=ids.mint)
    sys.stdout.write(f"{jobs} jobs and {deliveries} deliveries put back\n")
    return OK


def _alarms(given: argparse.Namespace) -> int:
    after = ""
    with open_store(Settings.load(given.config).database) as store:
        while page := store.view("alarms", partial(_page_of_alarms, after=after)):
            if not after:
                sys.stdout.write("\t".join(ALARM_HEADING) + "\n")
            after = page[-1].event.id
            for alarm in page:
                at, said = alarm.at.isoformat(timespec="milliseconds"), alarm.event.fields
                told = (at, said["reason"], said["purpose"], alarm.event.actor, said["event"])
                sys.stdout.write("\t".join(map(str, told)) + "\n")
    return OK


def _page_of_alarms(view: SqlView, *, after: str) -> tuple[RecordedEvent, ...]:
    return view.events.alarms(after=after, limit=ALARMS_AT_ONCE)


def _purges(given: argparse.Namespace) -> int:
    settings = Settings.load(given.config)
    gateway = TrustList.load(settings.trust_file).party(settings.oin)
    keys = () if gateway is None else tuple(key.public for key in gateway.keys)
    with open_store(settings.database) as store:
        receipts = store.view("purges", lambda view: view.purges.receipts())
    signed = [any(purge_is_signed(one.statement, one.signature, public=public) for public in keys) for one in receipts]
    for receipt, is_ours in zip(receipts, signed, strict=True):
        verdict = "signed by this gateway" if is_ours else "NOT SIGNED BY THIS GATEWAY"
        sys.stdout.write(f"{verdict}\t{base64url(receipt.signature)}\t{receipt.statement.decode()}\n")
    return OK if all(signed) else INTEGRITY


def _erasures(given: argparse.Namespace) -> int:
    settings = Settings.load(given.config)
    journal = ErasureFile(settings.journal)
    with open_store(settings.database) as store:
        erased = replay_erasures(store, journal.read, mint=ids.mint)
    sys.stdout.write(f"{len(journal.read())} entries in the journal; {erased} registrations erased again\n")
    return OK


def _onboard(given: argparse.Namespace) -> int:
    settings = Settings.load(given.config)
    keystore = Keystore.open(settings.keystore, passphrase_from(settings.passphrase_file))
    release = newest_release(settings.policies, TrustList.load(settings.trust_file), demo=settings.demo)
    lanes = [policy.lane for policy in release.policies.policies]
    opened = onboard(settings.trust_file, keystore, lanes=lanes)
    sys.stdout.write(f"{opened} conversion factors opened\n")
    return OK


def _openapi(_: argparse.Namespace) -> int:
    sys.stdout.buffer.write(document_json())
    return OK


if __name__ == "__main__":
    sys.exit(main())
