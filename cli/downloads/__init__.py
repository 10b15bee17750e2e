"""Fetching files by signed links: resumed where they broke off, and checked."""
