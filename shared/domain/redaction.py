"""Secrets in what scripts print and raise: taken out before it becomes a log or an answer.

Scorer processes are given none of the service's secrets; a script may bring its own. What goes is
what is named like a secret, stands where secrets stand, or has the form of a well-known one.
Whatever scripts print, each rule reads it once; most texts hold no word that a rule looks for.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

STARS = b"***"

# Quotes may be escaped: JSON inside of JSON, or of a repr.
_QUOTE = rb"(?:b?\\{0,3}[\"'])?"
_IS = _QUOTE + rb"[ \t]{0,8}[:=][ \t]{0,8}" + _QUOTE
_NAME = rb"""
    (?: (?:account|api|subscription|functions|shared[_-]?access)[_-]?key
      | (?:private|secret|encryption|signing|master)[_-]?(?:access[_-]?)?key
      | shared[_-]?access[_-]?signature | secret | password | passwd | passphrase | pwd
      | (?:access|refresh|id|auth|sas|session|bearer|security)[_-]?token )
"""
_VALUE = rb"""
    (?: (?<=\\") (?:(?!\\")[^\n]){1,4096}  # in quotes: up to the next
      | (?<=") [^"\n]{1,4096}
      | (?<=') [^'\n]{1,4096}
      | [^\s;&"',]+ )
"""
_SCHEME = rb"(?:(?:bearer|basic|digest|sharedkey|sharedkeylite)[ \t]{1,8})?"


@dataclass(frozen=True)
class Rule:
    """Of what matches, the first group stays and the rest goes.

    Nothing matches where none of the `words` is in the text in lower case. Unless the rule
    `has_case` the pattern, too, is for that: several times faster than to ignore case.
    """

    words: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    has_case: bool

    def applied(self, printed: bytes) -> bytes:
        text = printed.lower()
        if not any(word in text for word in self.words):
            return printed
        pieces, done = list[bytes](), 0
        for found in self.pattern.finditer(printed if self.has_case else text):
            pieces += (printed[done : found.end(1)], STARS)
            done = found.end()
        return b"".join((*pieces, printed[done:]))


def _rule(words: bytes, pattern: bytes) -> Rule:
    return Rule(tuple(words.split()), re.compile(pattern, re.VERBOSE), has_case=False)


def _form(words: bytes, pattern: bytes) -> Rule:
    return Rule(tuple(words.split()), re.compile(pattern, re.VERBOSE), has_case=True)


RULES = (
    # name=value, name: value, "name": "value"
    _rule(b"key secret passw passphrase pwd token sig", rb"(" + _NAME + _IS + rb")" + _VALUE),
    # People count tokens: only a long one is a secret.
    _rule(b"token", rb"(\btoken" + _IS + rb")[\w.~+/=-]{20,}"),
    _rule(
        b"authorization",
        rb"(authorization"
        + _QUOTE
        + rb"[ \t]{0,8}[:=,][ \t]{0,8}"
        + _QUOTE
        + _SCHEME
        + rb")[^\s\"',]+",
    ),
    _rule(
        b"bearer", rb"(\bbearer[ \t]{1,8})(?:ey|(?=[^\s\"']{0,999}[0-9])[\w.~+/=-]{11})[\w.~+/=-]+"
    ),
    _rule(b"sig=", rb"(\bsig=)(?=[\w%+/=-]{16})[^\s;&\"']+"),
    _rule(
        b"sig= signature= code= key= token= credential=",
        rb"([?&;](?:sig|signature|code|key|token|x-amz-(?:signature|credential))=)[^\s;&\"']+",
    ),
    _rule(b"://", rb"(://[^\s/:@\"']{0,256}:)[^\s/@\"']{1,1024}(?=@)"),
    # By their form: JSON Web Tokens, storage keys, Entra's client secrets, other services' tokens.
    _form(b"eyj", rb"(\b)(?=eyJ[\w-]{6,}\.[\w-]{6,}\.)[\w.-]+"),
    _form(b"==", rb"((?<![A-Za-z0-9+/]))[A-Za-z0-9+/]{86}=="),
    _form(b"q~", rb"((?<![\w~.-]))[\w~.-]{3}[0-9]Q~[\w~.-]{31,34}"),
    _form(
        b"gho_ ghp_ ghs_ ghr_ ghu_ github_pat_ glpat- hf_ akia xox sk-",
        rb"""(\b)(?: gh[oprsu]_\w{36,255} | github_pat_\w{40,255} | glpat-[\w-]{20,255}
        | hf_[A-Za-z0-9]{30,255} | AKIA[A-Z0-9]{16} | xox[abprs]-[\w-]{10,255}
        | sk-(?:proj-|ant-|live-|test-)?\w{32,255} )""",
    ),
    _form(
        b"-----begin",
        rb"(-----BEGIN\ [A-Z ]{0,32}PRIVATE\ KEY-----)(?:(?!-----)[\s\S]){1,16384}",
    ),
)


def redacted(printed: bytes) -> bytes:
    """The same output with the values of keys, signatures and tokens replaced."""
    for rule in RULES:
        printed = rule.applied(printed)
    return printed


def redacted_text(text: str) -> str:
    """The same for text, such as the message of a script's exception."""
    return redacted(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")


type RedactedText = Annotated[str, AfterValidator(redacted_text)]
"""What user code said, in a document, an answer or a history: without secrets."""
