"""What RFC 9421, 9530, 7638 and 8037 print is what we compute."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from keys.http_signature import join_base
from keys.signing import SigningKey, content_digest, from_base64url, thumbprint
from keys.sodium import ed25519_verify

FOLDER = Path(__file__).parent / "signatures"


def vector(name: str) -> Any:
    """Return a file of vectors; a missing or empty one is a failure."""
    content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert content["origin"]
    return content


def test_every_file_of_vectors_is_used() -> None:
    """No vector lies here unread."""
    expected = {"rfc9421-b26.json", "rfc8037-a3.json", "rfc7638-31.json", "rfc9530-b.json"}

    assert expected == {path.name for path in FOLDER.glob("*.json")}


def test_the_ed25519_example_of_http_message_signatures() -> None:
    """Base and signature of RFC 9421 B.2.6 come out byte for byte, and verify under the published key."""
    printed = vector("rfc9421-b26.json")
    key = SigningKey.from_seed(from_base64url(printed["seed"]))

    base = join_base(printed["lines"], printed["parameters"])

    assert base is not None
    assert printed["jwk"] == key.jwk
    assert printed["signature"] == base64.b64encode(key.sign(base)).decode()
    assert ed25519_verify(base64.b64decode(printed["signature"]), base, from_base64url(printed["jwk"]["x"]))


@pytest.mark.parametrize("name", ["rfc8037-a3.json", "rfc7638-31.json"])
def test_thumbprints(name: str) -> None:
    """A key has the name that RFC 7638 and RFC 8037 give it, whatever else its JWK says."""
    printed = vector(name)

    assert printed["thumbprint"] == thumbprint(printed["jwk"])


def test_a_signing_key_is_named_by_its_thumbprint() -> None:
    """The seed of RFC 8037 A.1 gives the public key and the name of A.2 and A.3."""
    printed = vector("rfc8037-a3.json")
    key = SigningKey.from_seed(from_base64url(printed["seed"]))

    assert (printed["jwk"], printed["thumbprint"]) == (key.jwk, key.key_id)


def test_content_digests() -> None:
    """The digests of RFC 9530 come out."""
    cases = vector("rfc9530-b.json")["cases"]

    assert cases
    assert [case["digest"] for case in cases] == [content_digest(case["body"].encode()) for case in cases]
