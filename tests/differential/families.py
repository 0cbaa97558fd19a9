"""What each family of condition operators compares, as makers of texts: one that a request has, and
values of a policy that it fits or does not. They aim only; who decides is not asked here."""

import base64
import datetime
import operator

WORDS = ["blue", "red", "Prod", "prod", "app/db", "user-1", "a.b+c", "x y", "caf\u00e9", "[ab]", "(x|y)",
         "^a$", "back\\slash", "AWSCURRENT", "us-east-1", "0", "7", "true", "%20", "a,b",
         "st*r", "wh?t", "a$b"]
RELATIONS = {"Equals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le,
             "GreaterThan": operator.gt, "GreaterThanEquals": operator.ge}
RARELY = 0.01  # What an evaluator cannot read, and what few policies have.


def other_word(rng, given):
    return rng.choice([word for word in WORDS if word not in given])


class Text:
    """StringEquals."""

    takes_variables = True

    def given(self, rng):
        return rng.choice(WORDS)

    def fitting(self, _rng, given):
        return given

    def missing(self, rng, given):
        word = rng.choice(given)
        return rng.choice([other_word(rng, given), word + "x", word.swapcase() + "_", "*"])


class TextIgnoringCase(Text):
    def given(self, rng):
        return rng.choice([word for word in WORDS if word.isascii()])

    def fitting(self, rng, given):
        # Letters beyond ASCII are left alone: whether AWS folds them is not documented.
        if not given.isascii():
            return given
        return rng.choice([given, given.upper(), given.lower(), given.swapcase()])


class TextPattern(Text):
    """StringLike."""

    def fitting(self, rng, given):
        begin = rng.randint(0, len(given))
        end = rng.randint(begin, len(given))
        run = rng.choice(["*", "?" * (end - begin), "**"])
        return given[:begin] + run + given[end:]

    def missing(self, rng, given):
        word = rng.choice(given)
        return rng.choice([other_word(rng, given) + "*", word + "?", "?" + word, word.swapcase() + "-*",
                           "*" + word[::-1] + "-"])


class Ordered:
    """Numeric… and Date…: texts that stand for points on a line."""

    takes_variables = False
    unreadable: str

    def __init__(self, relation):
        self.relation = RELATIONS[relation]

    def texts(self):
        """Point -> its texts."""
        raise NotImplementedError

    def given(self, rng):
        if rng.random() < RARELY:
            return self.unreadable
        return rng.choice(rng.choice(list(self.texts().values())))

    def fitting(self, rng, given):
        return self._value(rng, [given], True)

    def missing(self, rng, given):
        return self._value(rng, given, False)

    def _value(self, rng, given, wanted):
        points = {text: point for point, texts in self.texts().items() for text in texts}
        asked = [points[text] for text in given if text in points]
        good = [texts for point, texts in self.texts().items()
                if all(self.relation(one, point) == wanted for one in asked)]
        return rng.choice(rng.choice(good or list(self.texts().values())))


class Number(Ordered):
    unreadable = "seven"

    def texts(self):
        return {-3: ["-3", "-3.0"], 0: ["0", "0.0"], 0.1: ["0.1", "0.10"], 7: ["7", "7.0"],
                7.25: ["7.25", "7.250"], 30: ["30"], 3600: ["3600", "3600.00"], 10**9: ["1000000000"]}


class Date(Ordered):
    unreadable = "yesterday"
    POINTS = [datetime.datetime(2025, 12, 31, 23, 59, 59), datetime.datetime(2026, 1, 1),
              datetime.datetime(2026, 1, 15), datetime.datetime(2026, 1, 15, 12, 0, 0),
              datetime.datetime(2026, 1, 15, 12, 0, 1), datetime.datetime(2026, 3, 1),
              datetime.datetime(2030, 2, 28, 6, 30)]

    def texts(self):
        return {point: self._texts(point) for point in self.POINTS}

    def fitting(self, rng, given):
        text = super().fitting(rng, given)
        if rng.random() >= RARELY or not text.endswith("00Z"):
            return text
        point = datetime.datetime.fromisoformat(text.removesuffix("Z"))
        return str(int(point.replace(tzinfo=datetime.UTC).timestamp()))

    @staticmethod
    def _texts(point):
        east = point + datetime.timedelta(hours=5, minutes=30)
        west = point - datetime.timedelta(hours=8)
        texts = [f"{point.isoformat()}Z", f"{point.isoformat()}.000Z", f"{east.isoformat()}+05:30",
                 f"{west.isoformat()}-08:00", point.isoformat()]
        if point.second == 0:
            texts.append(point.strftime("%Y-%m-%dT%H:%MZ"))
        if (point.hour, point.minute, point.second) == (0, 0, 0):
            texts.append(point.strftime("%Y-%m-%d"))
            if point.day == 1:
                texts.append(point.strftime("%Y-%m"))
        return texts


class Boolean:
    takes_variables = True

    def given(self, rng):
        return rng.choice(["true", "false", "true", "false", "True", "FALSE", "yes"])

    def fitting(self, rng, given):
        return rng.choice([given, given.lower(), given.upper(), given.lower() == "true"])

    def missing(self, _rng, given):
        return "false" if given[0].lower() == "true" else "true"


class Binary:
    takes_variables = False

    def given(self, rng):
        return base64.b64encode(rng.choice(WORDS).encode()).decode()

    def fitting(self, _rng, given):
        return given

    def missing(self, rng, given):
        return rng.choice([text for text in map(self._encode, WORDS) if text not in given])

    @staticmethod
    def _encode(word):
        return base64.b64encode(word.encode()).decode()


class Address:
    takes_variables = False
    # An address, what holds it, and what does not.
    RANGES = {
        "203.0.113.10": (["203.0.113.10", "203.0.113.10/32", "203.0.113.0/24", "203.0.113.8/29",
                          "128.0.0.0/1", "200.0.0.0/5"],
                         ["203.0.113.11", "203.0.113.0/29", "203.0.112.0/24", "0.0.0.0/1"]),
        "10.1.2.3": (["10.0.0.0/8", "10.1.2.3", "10.1.0.0/16", "10.1.2.2/31", "0.0.0.0/1"],
                     ["10.1.2.4", "11.0.0.0/8", "10.1.2.4/30", "10.128.0.0/9"]),
        "2001:db8::1": (["2001:db8::/32", "2001:db8::/64", "2001:db8::1/128", "2000::/3"],
                        ["2001:db9::/32", "2001:db8::2/128", "2001:db8:1::/48", "4000::/3"]),
        "fd00:1::ab": (["fc00::/7", "fd00:1::/32", "fd00:1::a0/124"],
                       ["fd00:2::/32", "fd00:1::b0/124", "2000::/3"]),
    }

    def given(self, rng):
        return "localhost" if rng.random() < RARELY else rng.choice(list(self.RANGES))

    def fitting(self, rng, given):
        if rng.random() < RARELY:
            return "::/0" if ":" in given else "0.0.0.0/0"
        return rng.choice(self.RANGES.get(given, self.RANGES["10.1.2.3"])[0])

    def missing(self, rng, given):
        given = rng.choice(given)
        if rng.random() < 0.1:
            return self.fitting(rng, rng.choice(list(self.RANGES)))
        return rng.choice(self.RANGES.get(given, self.RANGES["10.1.2.3"])[1])


class Arn:
    """ArnEquals and ArnLike, which are one."""

    takes_variables = True
    GIVEN = ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/svc/AppRole",
             "arn:aws:lambda:us-east-1:111122223333:function:rotate:live",
             "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3",
             "arn:aws:s3:::bucket/key", "arn:aws:iam::444455556666:root"]

    def given(self, rng):
        return "not:an:arn" if rng.random() < RARELY else rng.choice(self.GIVEN)

    def fitting(self, rng, given):
        segments = given.split(":", 5)
        for _ in range(rng.randint(0, 3)):
            i = rng.randrange(1, len(segments)) if len(segments) > 1 else 0
            segments[i] = TextPattern().fitting(rng, segments[i])
        return ":".join(segments)

    def missing(self, rng, given):
        one = rng.choice(given)
        segments = one.split(":", 5)
        i = rng.randrange(1, len(segments)) if len(segments) > 1 else 0
        segments[i] = rng.choice([segments[i] + "x", "?" + segments[i], "other"])
        if rng.random() < 4 * RARELY:
            # Another scheme, or a star that would have to cross a colon.
            return rng.choice(["x" + one, "x" + one, "arn:aws:*", "*", one[:20] + "*"])
        return ":".join(segments)


def make_families():
    """The part of an operator's name behind `Not` -> its family."""
    families = {"StringEquals": Text(), "StringEqualsIgnoreCase": TextIgnoringCase(),
                "StringLike": TextPattern(), "Bool": Boolean(), "BinaryEquals": Binary(),
                "IpAddress": Address(), "ArnEquals": Arn(), "ArnLike": Arn()}
    for relation in RELATIONS:
        families[f"Numeric{relation}"] = Number(relation)
        families[f"Date{relation}"] = Date(relation)
    return families


FAMILIES = make_families()
