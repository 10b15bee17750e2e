"""Triggers that fire by themselves: timers and blobs."""
