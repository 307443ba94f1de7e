"""Decides what stands in the settings files of a local federation, one writer for each kind of party."""

from pathlib import Path
from typing import Final

from adapters.involvement import contact_id
from deploy.homes import KEYSTORE_FILE, PASSPHRASE_FILE, TRUST_FILE, Home, Table
from deploy.processes import LOOPBACK
from deploy.region.agencies import RegionAgency

LANE: Final = "youth"
PURPOSE: Final = "youth-coordination"
POLICIES_FOLDER: Final = "policies"


def url_of(port: int) -> str:
    """Return the address of a part on this machine."""
    return f"http://{LOOPBACK}:{port}"


def numbered(name: str, number: int) -> str:
    """Name a settings file; the first of its kind has no number."""
    return f"{name}.toml" if number == 1 else f"{name}-{number}.toml"


def configure_holder(home: Home, *, index: int, port: int, threshold: int, holders: int) -> Path:
    """Write the settings of a key holder."""
    settings: Table = {
        "oin": home.party.oin,
        "index": index,
        "threshold": threshold,
        "holders": holders,
        "public_url": url_of(port),
        "host": LOOPBACK,
        "port": port,
        "keystore": KEYSTORE_FILE,
        "passphrase_file": PASSPHRASE_FILE,
        "trust_list": TRUST_FILE,
        "log": "log.db",
    }
    return home.configure("holder.toml", settings)


def configure_gateway(home: Home, file: str, *, port: int, database: str) -> Path:
    """Write the settings of a gateway and its worker: a demo release counts, webhooks may go to this machine."""
    settings: Table = {
        "public_url": url_of(port),
        "oin": home.party.oin,
        "database": database,
        "trust_file": TRUST_FILE,
        "keystore": KEYSTORE_FILE,
        "passphrase_file": PASSPHRASE_FILE,
        "policies": POLICIES_FOLDER,
        "demo": True,
        "listen_host": LOOPBACK,
        "listen_port": port,
        "webhook_networks": ("127.0.0.0/8",),
    }
    return home.configure(file, settings)


def configure_agency(home: Home, file: str, agency: RegionAgency, *, port: int, language: str) -> Path:
    """Write the settings of an agency; alerts go to its intake role."""
    who = {
        "oin": agency.oin,
        "keystore": KEYSTORE_FILE,
        "passphrase": PASSPHRASE_FILE,
        "purpose": PURPOSE,
        "user-role": "intake",
        "lane": LANE,
        "contact": contact_id(agency.contact_name),
        "language": language,
    }
    return home.configure(file, {"gateway": {"url": url_of(port), "trust": TRUST_FILE}, "agency": who})
