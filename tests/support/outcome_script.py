"""The opening of scripts that try what they may not: each act becomes a word."""

OUTCOME = """
import json, os, shutil, subprocess, sys, zipfile

def outcome(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"

def write(path):
    with open(path, "w") as file:
        file.write("mine")
"""
