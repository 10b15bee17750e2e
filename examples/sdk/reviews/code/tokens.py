"""How a text becomes words: a module beside the scoring script."""

import re


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
