"""An involvement from its attestation to the archive: register, renew, withdraw, restrict, remind, expire."""
