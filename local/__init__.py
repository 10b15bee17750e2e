"""The whole stack on one machine: storage emulator, token issuer and Functions host."""
