"""What is recorded of a call: who asked for what, when, and what became of it."""

import dataclasses
import enum
import hashlib
import json


class Fate(enum.Enum):
    ACKNOWLEDGED = "acknowledged"  # 2xx: the effect must be there, whatever happens.
    REFUSED = "refused"            # 4xx: there must be no effect.
    CUT = "cut"                    # No answer: wholly there or wholly absent.
    FAULT = "fault"                # 5xx: as if cut, and a fault of the server's.


@dataclasses.dataclass
class Call:
    """`begin` and `end` are numbers of one order: a call that ended before another began was first.
    Of a cut call nothing is known but that it began."""

    operation: str
    arguments: dict
    begin: int = 0
    end: int | None = None
    fate: Fate | None = None
    code: str | None = None      # Of a refusal.
    reply: dict | None = None    # Of an acknowledgement.

    def acknowledged(self, reply=None):
        self.fate, self.reply = Fate.ACKNOWLEDGED, reply or {}
        return self

    def refused(self, code):
        self.fate, self.code = Fate.REFUSED, code
        return self

    def cut(self):
        self.fate = Fate.CUT
        return self

    def __str__(self):
        outcome = {Fate.ACKNOWLEDGED: f"-> {short(self.reply)}", Fate.REFUSED: f"-> {self.code}",
                   Fate.CUT: "was cut", Fate.FAULT: "-> a fault", None: "is in flight"}[self.fate]
        return f"[{self.begin}, {self.end}] {self.operation} {short(self.arguments)} {outcome}"


class Violation(Exception):
    """What must never be seen. `history` are the calls that show it."""

    def __init__(self, text, history=()):
        super().__init__(text)
        self.history = list(history)


def short(value, most=400):
    text = json.dumps(value, default=str)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def value_of(members):
    """The value in a request or a reply, in few characters: None where there is none."""
    for kind in ("SecretString", "SecretBinary"):
        if kind in members:
            text = members[kind]
            if len(text) > 100:
                text = f"{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()}"
            return f"{kind}: {text}"
    return None
