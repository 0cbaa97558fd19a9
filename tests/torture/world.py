"""All clients of the torture, and all that they have made."""

import random

import aftermath
from calls import Call, Violation
from identity_writers import KeyOwner, UserOwner
from secret_writers import KEYS, ORDINARY, ROTATING, SecretOwner
from shared_writers import SharedSecrets
from wire import Request

SLEEPERS_A_ROUND = 6


class World:
    """Sixteen clients: six and three that own secrets, four that share some, two for IAM, one for
    KMS."""

    def __init__(self, seed):
        self.seed = seed
        self.owners = [SecretOwner(f"own/{n}", 3, ORDINARY) for n in range(6)]
        self.owners += [SecretOwner(f"rotate/{n}", 3, ROTATING) for n in range(3)]
        self.shared = SharedSecrets(4)
        self.users = [UserOwner(f"torture-{n}", 3) for n in range(2)]
        self.keys = KeyOwner("corner")
        self.read = {}               # Versions whose values have been read, by secret.
        self.known_keys = set()

    def random(self, *what):
        return random.Random(" ".join(map(str, (self.seed, *what))))

    def prepare(self):
        """What must be there first: two keys that secrets are sealed with in turn."""
        ignore = aftermath.Unrecorded()
        for alias in filter(None, KEYS):
            made = yield Request(Call("CreateKey", {"Description": alias}), ignore, "kms")
            key = made.reply["KeyMetadata"]["KeyId"]
            yield Request(Call("CreateAlias", {"AliasName": alias, "TargetKeyId": key}), ignore,
                          "kms")
        # The first secret of an account makes its default key.
        yield Request(Call("CreateSecret", {"Name": "first", "ClientRequestToken": "1" * 32,
                                            "SecretString": "first"}), ignore)
        keys = []
        yield from aftermath.list_keys(keys)
        self.known_keys.update(keys)

    def load(self, number):
        clients = [*self.owners, *[self.shared] * 4, *self.users, self.keys]
        return [client.load(self.random(number, position))
                for position, client in enumerate(clients)]

    def after(self, number, cut):
        """What is done after a restart, about everything that the last load can have touched."""
        rng = self.random(number, "after")
        sleepers = [secret for owner in self.owners for secret in owner.sleepers]
        asleep = rng.sample(sleepers, min(SLEEPERS_A_ROUND, len(sleepers)))
        touched = [secret for owner in self.owners for secret in owner.secrets + owner.take_left()]
        corners = self.keys.take_left() + [self.keys.corner]
        return self._after(touched + asleep, self._shared(rng), corners, cut, rng)

    def after_all(self):
        """The same, about everything that there is."""
        rng = self.random("all")
        secrets = [secret for owner in self.owners for secret in owner.secrets + owner.sleepers]
        shared = self.shared.secrets + self.shared.sleepers
        return self._after(secrets, shared, self.keys.sleepers + [self.keys.corner], [], rng)

    def _shared(self, rng):
        asleep = self.shared.sleepers
        touched = [secret for secret in asleep if secret.calls]
        return self.shared.secrets + touched + rng.sample(asleep, min(1, len(asleep)))

    def _after(self, secrets, shared, corners, cut, rng):
        def of(subject):
            return [request for request in cut if request.subject is subject]

        for secret in secrets:
            self.read.setdefault(secret.name, set())
        return [
            *(aftermath.after_secret(secret, of(secret), self.read[secret.name], rng)
              for secret in secrets),
            *(aftermath.after_shared(secret, of(secret), rng) for secret in distinct(shared)),
            *(aftermath.after_user(user, owner.secrets)
              for owner in self.users for user in owner.users),
            *(aftermath.after_keys(corner, of(corner), self.known_keys)
              for corner in corners)]

    def count(self):
        """Lists all secrets and keys: none may be lost, and none may be there that nobody made."""
        listed, keys = [], []
        yield from aftermath.list_secrets(listed)
        yield from aftermath.list_keys(keys)
        owned = {secret.name for owner in self.owners for secret in owner.secrets + owner.sleepers
                 if secret.belief() is not None}
        shared = {secret.name for secret in self.shared.secrets + self.shared.sleepers
                  if secret.before.exists}
        expected = {"first"} | owned | shared
        if set(listed) != expected or len(listed) != len(expected):
            raise Violation(f"secrets lost: {sorted(expected - set(listed))}, and not made by "
                            f"anybody: {sorted(set(listed) - expected)}")
        if set(keys) != self.known_keys:
            raise Violation(f"keys lost: {sorted(self.known_keys - set(keys))}, and not made by "
                            f"anybody: {sorted(set(keys) - self.known_keys)}")


def distinct(items):
    return list({id(item): item for item in items}.values())
