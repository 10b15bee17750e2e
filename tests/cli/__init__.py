"""Tests of the command line, against real sockets."""
