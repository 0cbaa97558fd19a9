"""Values that cannot be anywhere by chance, and a search for them that knows every form.

A canary repeats units of a fixed core and its own number. The core is plain ASCII, so that it
survives every escaping (JSON, the log's, URLs), and one search for the few forms of the core finds
all canaries, also what is left of one that was overwritten in part.
"""

import base64
import contextlib
import itertools
import pathlib
import re
import struct
import subprocess
import sys

CORE = b"cAnARy+7Qz"
NUMBER_LENGTH = 8
PAGE = 4096
PRESENT_OR_SWAPPED = 3 << 62


def base64_at(raw, offset):
    """The characters that these bytes give wherever they begin at `offset` modulo 3."""
    encoded = base64.b64encode(b"\x00" * offset + raw).rstrip(b"=")
    first = (offset * 8 + 5) // 6
    last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
    return encoded[first:last]


def forms_of(raw):
    """Name → bytes of all forms in which these bytes could be anywhere."""
    forms = {"raw": raw, "lower-case hexadecimal": raw.hex().encode(),
             "upper-case hexadecimal": raw.hex().upper().encode()}
    for offset in range(3):
        forms[f"base64 at offset {offset}"] = base64_at(raw, offset)
    for order in ("le", "be"):
        forms[f"UTF-16{order}"] = raw.decode("latin-1").encode(f"utf-16-{order}")
    return forms


class Canaries:
    """Makes canaries and remembers what each was for; another set needs a core of its own."""

    def __init__(self, core=CORE):
        self.core = core
        self.core_forms = forms_of(core)
        self.labels = {}
        self.others = {}

    def __len__(self):
        return len(self.labels) + len(self.others)

    def _unit(self, label):
        number = f"{len(self.labels):0{NUMBER_LENGTH}d}"
        self.labels[number] = label
        return self.core + number.encode()

    def text(self, label, units=3):
        # Quotes, line feeds and non-ASCII make JSON's forms differ from the raw one.
        return (self._unit(label).decode() + '"\n\\ü/') * units

    def binary(self, label, units=3):
        """Bytes in base64, as SecretBinary wants them."""
        return base64.b64encode((b"\xff\x00" + self._unit(label)) * units).decode()

    def plain(self, label):
        """What may stand where a name does; once only."""
        return self._unit(label).decode()

    def note(self, label, value):
        """A value that the server itself made, text or bytes: looked for as it is."""
        self.others[label] = value if isinstance(value, bytes) else value.encode()

    def found_in(self, data):
        """`label (form)` of everything in these bytes."""
        found = [self._describe(data, place, form) for form, needle in self.core_forms.items()
                 for place in places_of(needle, data)]
        found += [f"{label} ({form})" for label, value in self.others.items()
                  for form, needle in forms_of(value).items() if needle in data]
        return found

    def _describe(self, data, place, form):
        number = data[place + len(self.core):place + len(self.core) + NUMBER_LENGTH]
        label = self.labels.get(number.decode("latin-1")) if form == "raw" else None
        return f"{label or 'something'} ({form})"


def places_of(needle, data):
    place = data.find(needle)
    while place >= 0:
        yield place
        place = data.find(needle, place + 1)


def search_files(folders, canaries):
    """Path → finds, for every file below the folders (and each folder that is a file itself)."""
    finds = {}
    for folder in map(pathlib.Path, folders):
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for file in files:
            # Names of files are looked at too.
            if found := canaries.found_in(str(file.name).encode()):
                finds[f"name of {file}"] = found
            if file.is_file() and (found := canaries.found_in(file.read_bytes())):
                finds[str(file)] = found
    return finds


# --- Memory ---

def memory_of(pid):
    """(name of the mapping, address, bytes) of all memory of a process that was ever touched.

    Pages shared with other processes, swapped out or left out of core images are there too.
    """
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            begin, end, access, name = re.match(
                r"(\w+)-(\w+) (\S+) \S+ \S+ \S+\s*(.*)", line).groups()
            if "r" not in access or name in ("[vvar]", "[vsyscall]"):
                continue
            for address, size in touched_stretches(pagemap, int(begin, 16), int(end, 16)):
                memory.seek(address)
                yield name or "anonymous", address, memory.read(size)


def touched_stretches(pagemap, begin, end):
    """(address, size) of neighbouring pages that are in memory or in swap."""
    pagemap.seek(begin // PAGE * 8)
    entries = pagemap.read((end - begin) // PAGE * 8)
    if not any(entries):
        return
    pages = enumerate(entry for entry, in struct.iter_unpack("=Q", entries))
    for touched, group in itertools.groupby(pages, lambda page: bool(page[1] & PRESENT_OR_SWAPPED)):
        if touched:
            numbers = [number for number, _ in group]
            yield begin + numbers[0] * PAGE, len(numbers) * PAGE


def search_memory(pid, canaries):
    """Name of a mapping → finds in it, for all memory of a process."""
    finds = {}
    for name, address, content in memory_of(pid):
        if found := canaries.found_in(content):
            finds.setdefault(name, []).extend(f"{find} near {address:x}" for find in found)
    return finds


def may_look_into_processes():
    """Whether memory of a child can be read; a sandbox may forbid it even to root."""
    with helper_with(b"") as process:
        try:
            return any(content for _, _, content in memory_of(process.pid))
        except OSError:
            return False


@contextlib.contextmanager
def helper_with(data):
    """A process of ours that has these bytes in its memory and does nothing else."""
    program = ("import sys\nkept = sys.stdin.buffer.readline()[:-1]\n"
               "kept = bytes.fromhex(kept.decode())\n"
               "print('ready', flush=True)\nsys.stdin.buffer.read()\n")
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        process.stdin.write(data.hex().encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
