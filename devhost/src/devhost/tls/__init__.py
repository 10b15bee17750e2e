"""https on one machine: a certificate authority of its own, and what it signs."""
