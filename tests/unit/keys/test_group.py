"""ristretto255: what is accepted, what is refused, and that the arithmetic is that of the group."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keys import group, sodium
from keys.group import Element, Scalar

ROOT = Path(__file__).parents[3]
NOT_CANONICAL = [
    bytes(32),
    b"\x01" + bytes(31),
    b"\xff" * 32,
    (2**255 - 19).to_bytes(32, "little"),
    bytes(31),
    bytes(33),
    b"",
]


def from_hex(text: str) -> bytes:
    """Return the bytes of a vector."""
    return bytes.fromhex(text)


def test_multiples_of_the_generator_are_those_of_the_rfc() -> None:
    """RFC 9496, appendix A.1: the generator and its double."""
    double = group.multiply_base(group.scalar_from_int(2))

    assert from_hex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76") == group.GENERATOR
    assert from_hex("6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919") == double
    assert double == group.add(group.GENERATOR, group.GENERATOR)


@pytest.mark.parametrize("value", NOT_CANONICAL, ids=range(len(NOT_CANONICAL)))
def test_what_is_no_element_is_refused(value: bytes) -> None:
    """The identity, odd and too large encodings, and other lengths never come in."""
    with pytest.raises(group.InvalidElement):
        group.decode_element(value)
    with pytest.raises(ValueError, match=r".+"):
        group.multiply(group.ONE, Element(value))


def test_an_element_of_the_wire_is_accepted() -> None:
    """What the group made, it reads."""
    element = group.multiply_base(group.random_scalar())

    assert element == group.decode_element(bytes(element))


def test_zero_makes_no_element() -> None:
    """The identity does not come out of a multiplication either."""
    with pytest.raises(group.InvalidElement):
        group.multiply(group.ZERO, group.GENERATOR)
    with pytest.raises(group.InvalidElement):
        group.multiply_base(group.ZERO)


def test_adding_undecodable_bytes_is_refused() -> None:
    """Sums check what they are given."""
    for operation in (group.add, group.subtract):
        with pytest.raises(group.InvalidElement):
            operation(group.GENERATOR, Element(b"\xff" * 32))


def test_scalars_follow_the_rules_of_a_field() -> None:
    """Sum, difference, product, negation and inverse agree with the integers modulo the order."""
    a, b = 2**251 + 17, 123456789
    left, right = group.scalar_from_int(a), group.scalar_from_int(b)

    assert group.scalar_from_int(a + b) == group.scalar_add(left, right)
    assert group.scalar_from_int(b - a) == group.scalar_sub(right, left)
    assert group.scalar_from_int(a * b) == group.scalar_mul(left, right)
    assert group.scalar_from_int(-a) == group.scalar_negate(left)
    assert group.scalar_from_int(pow(a, -1, group.ORDER)) == group.scalar_invert(left)
    assert group.scalar_from_int(2**500 + 1) == group.reduce_wide((2**500 + 1).to_bytes(64, "little"))


def test_inverting_many_is_inverting_each() -> None:
    """The shared inversion gives each its own inverse, and none for none."""
    scalars = [group.random_scalar() for _ in range(5)]

    assert [group.scalar_invert(scalar) for scalar in scalars] == group.scalar_invert_each(scalars)
    assert [] == group.scalar_invert_each([])


def test_zero_has_no_inverse() -> None:
    """Neither alone nor among others."""
    for inverse in (lambda: group.scalar_invert(group.ZERO), lambda: group.scalar_invert_each([group.ONE, group.ZERO])):
        with pytest.raises(group.InvalidScalar):
            inverse()


def test_only_canonical_scalars_are_read() -> None:
    """The order and above, and other lengths, are refused."""
    largest = Scalar((group.ORDER - 1).to_bytes(32, "little"))

    assert largest == group.decode_scalar(largest)
    for value in (group.ORDER.to_bytes(32, "little"), b"\xff" * 32, bytes(31), bytes(33)):
        with pytest.raises(group.InvalidScalar):
            group.decode_scalar(value)


def test_a_linear_combination_is_the_sum_of_products() -> None:
    """And needs as many scalars as elements."""
    scalars = [group.scalar_from_int(k) for k in (3, 4)]
    elements = [group.multiply_base(group.scalar_from_int(k)) for k in (5, 6)]

    assert group.multiply_base(group.scalar_from_int(39)) == group.linear_combination(scalars, elements)
    with pytest.raises(ValueError, match="shorter"):
        group.linear_combination(scalars, elements[:1])


def test_hashing_separates_domains() -> None:
    """One message under two tags gives two elements and two scalars; a tag has at most 255 bytes."""
    assert group.hash_to_group(b"x", b"one") != group.hash_to_group(b"x", b"two")
    assert group.hash_to_scalar(b"x", b"one") != group.hash_to_scalar(b"x", b"two")
    with pytest.raises(ValueError, match="255"):
        group.hash_to_group(b"x", bytes(256))


def test_lengths_are_checked_before_libsodium_reads() -> None:
    """Nothing stops libsodium from reading past a short buffer."""
    with pytest.raises(ValueError, match="expected 32 bytes, got 31"):
        sodium.scalar_add(bytes(31), bytes(32))
    with pytest.raises(ValueError, match="expected 64 bytes, got 32"):
        sodium.scalar_reduce(bytes(32))


def test_ed25519_signs_as_the_rfc_says() -> None:
    """RFC 8032, section 7.1, test 2."""
    seed = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public, secret = sodium.ed25519_keypair(seed)
    signature = sodium.ed25519_sign(b"\x72", secret)

    assert from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c") == public
    assert (
        from_hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        == signature
    )
    assert sodium.ed25519_verify(signature, b"\x72", public)


def test_ed25519_refuses_what_does_not_fit() -> None:
    """Another message, a changed bit, another length, another key."""
    public, secret = sodium.ed25519_keypair(bytes(32))
    signature = sodium.ed25519_sign(b"message", secret)
    changed = bytes((signature[0] ^ 1,)) + signature[1:]

    assert not sodium.ed25519_verify(signature, b"massage", public)
    assert not sodium.ed25519_verify(changed, b"message", public)
    assert not sodium.ed25519_verify(signature[:-1], b"message", public)
    assert not sodium.ed25519_verify(signature, b"message", public[:-1])
    assert not sodium.ed25519_verify(signature, b"message", bytes(32))


def test_a_machine_without_libsodium_uses_the_bundled_copy(tmp_path: Path) -> None:
    """The copy inside rbcl works, and its temporary file does not stay behind."""
    program = (
        "from keys import sodium; library = sodium.load_library(('libsodium-that-is-not-there.so',));"
        "print(library.sodium_init() >= 0 and library.crypto_core_ristretto255_scalarbytes())"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    outcome = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert "32" == outcome.stdout.strip()
    assert [] == list(tmp_path.iterdir())
