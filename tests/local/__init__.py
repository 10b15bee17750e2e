"""Tests of the local stack: storage emulator, token issuer, `serve` and `./run` itself."""
