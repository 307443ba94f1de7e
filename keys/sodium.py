"""Holds the only foreign-function code of the house: ristretto255 and Ed25519 of libsodium, as functions over bytes.

Every function checks the lengths it passes on, because libsodium trusts its caller. The calls release the
interpreter lock, so two threads multiply at the same time; no buffer is shared between calls.
"""

import ctypes
import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

# The distribution patches its own copy, so it comes first. `ctypes.util.find_library` is avoided: it starts a compiler.
SYSTEM_NAMES = {
    "darwin": ("libsodium.26.dylib", "libsodium.23.dylib"),
    "win32": ("libsodium.dll",),
}.get(sys.platform, ("libsodium.so.26", "libsodium.so.23"))

SCALAR_BYTES = 32
ELEMENT_BYTES = 32
WIDE_BYTES = 64
ED25519_SEED_BYTES = 32
ED25519_PUBLIC_BYTES = 32
ED25519_SECRET_BYTES = 64
ED25519_SIGNATURE_BYTES = 64


class SodiumRefused(ValueError):
    """libsodium answered that an input is not valid (an undecodable element, the identity, an inverse of zero)."""


def load_library(system_names: Sequence[str] = SYSTEM_NAMES) -> ctypes.CDLL:
    """Load libsodium: the first of `system_names` that this machine has, else the copy inside the package rbcl."""
    for name in system_names:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if hasattr(library, "crypto_core_ristretto255_scalar_mul"):
            return library
    return _bundled_library()


def _bundled_library() -> ctypes.CDLL:
    """Load rbcl's copy and remove the temporary file that it would leave behind (a mapped file outlives its name)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # rbcl leaves the handle of its temporary file open
        loader = importlib.import_module("rbcl._sodium")
    if sys.platform != "win32":  # Windows cannot remove a library in use
        Path(loader.lib_path).unlink(missing_ok=True)
    library: ctypes.CDLL = loader._sodium  # noqa: SLF001  # rbcl has no public name for the library it loads
    return library


def _loaded() -> ctypes.CDLL:
    library = load_library()
    if library.sodium_init() < 0:
        raise RuntimeError("libsodium could not be initialized")
    return library


_library = _loaded()
_library.sodium_version_string.restype = ctypes.c_char_p


def version() -> str:
    """Return the version of the libsodium that was loaded, such as `1.0.18`."""
    text: bytes = _library.sodium_version_string()
    return text.decode("ascii")


def _check(value: bytes, size: int) -> None:
    if len(value) != size:
        raise ValueError(f"expected {size} bytes, got {len(value)}")


def _of_none(name: str, result_size: int) -> Callable[[], bytes]:
    native, buffer = getattr(_library, name), ctypes.c_char * result_size
    native.argtypes, native.restype = (ctypes.c_char_p,), None

    def call() -> bytes:
        result = buffer()
        native(result)
        return result.raw

    return call


def _of_one(name: str, size: int, result_size: int, *, can_fail: bool) -> Callable[[bytes], bytes]:
    native, buffer = getattr(_library, name), ctypes.c_char * result_size
    native.argtypes, native.restype = (ctypes.c_char_p,) * 2, ctypes.c_int if can_fail else None

    def call(value: bytes) -> bytes:
        if len(value) != size:
            _check(value, size)
        result = buffer()
        if native(result, value):
            raise SodiumRefused(name)
        return result.raw

    return call


def _of_two(name: str, size: int, *, can_fail: bool) -> Callable[[bytes, bytes], bytes]:
    native, buffer = getattr(_library, name), ctypes.c_char * size
    native.argtypes, native.restype = (ctypes.c_char_p,) * 3, ctypes.c_int if can_fail else None

    def call(left: bytes, right: bytes) -> bytes:
        if len(left) != size or len(right) != size:
            _check(left, size)
            _check(right, size)
        result = buffer()
        if native(result, left, right):
            raise SodiumRefused(name)
        return result.raw

    return call


_CORE = "crypto_core_ristretto255_"

scalar_random = _of_none(_CORE + "scalar_random", SCALAR_BYTES)
scalar_add = _of_two(_CORE + "scalar_add", SCALAR_BYTES, can_fail=False)
scalar_sub = _of_two(_CORE + "scalar_sub", SCALAR_BYTES, can_fail=False)
scalar_mul = _of_two(_CORE + "scalar_mul", SCALAR_BYTES, can_fail=False)
scalar_negate = _of_one(_CORE + "scalar_negate", SCALAR_BYTES, SCALAR_BYTES, can_fail=False)
scalar_invert = _of_one(_CORE + "scalar_invert", SCALAR_BYTES, SCALAR_BYTES, can_fail=True)
scalar_reduce = _of_one(_CORE + "scalar_reduce", WIDE_BYTES, SCALAR_BYTES, can_fail=False)
element_add = _of_two(_CORE + "add", ELEMENT_BYTES, can_fail=True)
element_sub = _of_two(_CORE + "sub", ELEMENT_BYTES, can_fail=True)
element_from_hash = _of_one(_CORE + "from_hash", WIDE_BYTES, ELEMENT_BYTES, can_fail=True)
scalarmult = _of_two("crypto_scalarmult_ristretto255", ELEMENT_BYTES, can_fail=True)
scalarmult_base = _of_one("crypto_scalarmult_ristretto255_base", SCALAR_BYTES, ELEMENT_BYTES, can_fail=True)

_is_valid_point = getattr(_library, _CORE + "is_valid_point")
_is_valid_point.argtypes, _is_valid_point.restype = (ctypes.c_char_p,), ctypes.c_int


def element_is_valid(value: bytes) -> bool:
    """Tell whether 32 bytes are a canonical encoding (RFC 9496, section 4.3.1); the identity is one."""
    return len(value) == ELEMENT_BYTES and bool(_is_valid_point(value))


_seed_keypair = _library.crypto_sign_seed_keypair
_seed_keypair.argtypes, _seed_keypair.restype = (ctypes.c_char_p,) * 3, ctypes.c_int
_sign_detached = _library.crypto_sign_detached
_sign_detached.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p)
_sign_detached.restype = ctypes.c_int
_verify_detached = _library.crypto_sign_verify_detached
_verify_detached.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p)
_verify_detached.restype = ctypes.c_int


def ed25519_keypair(seed: bytes) -> tuple[bytes, bytes]:
    """Return the public key (32 bytes) and the secret key (64 bytes: seed and public key) of a seed (RFC 8032)."""
    _check(seed, ED25519_SEED_BYTES)
    public, secret = (ctypes.c_char * ED25519_PUBLIC_BYTES)(), (ctypes.c_char * ED25519_SECRET_BYTES)()
    _seed_keypair(public, secret, seed)
    return public.raw, secret.raw


def ed25519_sign(message: bytes, secret: bytes) -> bytes:
    """Return the 64-byte signature of `message` under the 64-byte secret key (RFC 8032, section 5.1.6)."""
    _check(secret, ED25519_SECRET_BYTES)
    signature = (ctypes.c_char * ED25519_SIGNATURE_BYTES)()
    _sign_detached(signature, None, message, len(message), secret)
    return signature.raw


def ed25519_verify(signature: bytes, message: bytes, public: bytes) -> bool:
    """Tell whether the signature fits; a signature or key of another length never does. Refuses weak public keys."""
    if len(signature) != ED25519_SIGNATURE_BYTES or len(public) != ED25519_PUBLIC_BYTES:
        return False
    status: int = _verify_detached(signature, message, len(message), public)
    return status == 0
