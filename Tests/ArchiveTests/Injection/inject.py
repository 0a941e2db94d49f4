#!/usr/bin/env python3
"""Bit rot at random in many small images: is all of it found, is nothing else, and is the place right?

Makes images of every format and structure that `exhibit archive` keeps, by the programs that make them; verifies them twice,
which must be without a finding, the second time killed again and again in the middle; damages some of them, each once, and
leaves the times as they were; verifies again.
What must be found, and where, is worked out here from the files before and after, with parsers of its own and with libewf and
chdman, and not with any code of Exhibit.

usage: inject.py EXHIBIT --count 60 [--seed 1] [--kills 5] [--table FILE] [--keep FOLDER] [--only STRUCTURE]
"""
import argparse, json, os, random, re, shutil, sqlite3, struct, subprocess, sys, tempfile, time, zlib

SECTOR = 512
PIECE = 1 << 20  # of the lists that Exhibit makes


def run(*words, cwd=None, check=True, stdin=None):
    result = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, input=stdin)
    if check and result.returncode:
        sys.exit("%s: status %d: %s" % (" ".join(map(str, words)), result.returncode, (result.stdout + result.stderr).decode(errors="replace")[-800:]))
    return result


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, contents):
    with open(path, "wb") as file:
        file.write(contents)


def listing(folder):
    return sorted(os.path.relpath(os.path.join(top, name), folder) for top, _, names in os.walk(folder) for name in names)


def contents_of(rng, size):
    """Noise, text that compresses, and zeros, as disks have them."""
    parts, length = [], 0
    while length < size:
        count = rng.randrange(4096, 120_000)
        kind = rng.random()
        if kind < 0.5:
            part = rng.randbytes(count)
        elif kind < 0.8:
            part = (b"%08x evidence %04d\n" % (rng.getrandbits(32), rng.randrange(10_000))) * (count // 23 + 1)
        else:
            part = bytes(count)
        parts.append(part)
        length += len(part)
    return b"".join(parts)[:size]


def size_of(rng):
    return rng.choice([rng.randrange(200, 2000), rng.randrange(2100, 6000)]) * SECTOR


def merged(ranges):
    """Ranges as few as possible, in order."""
    result = []
    for first, end in sorted(ranges):
        if result and first <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end)
        else:
            result.append([first, end])
    return [tuple(item) for item in result]


# What must come of a damage.

class Expected:
    """`ranges` in sectors: what must be named, exactly; None where the structure has no smaller part than the file.
    `files`: one of these must be named then. `must` is false where nothing is damaged that anything covers."""

    def __init__(self, ranges=None, files=(), must=True, why=""):
        self.ranges = None if ranges is None else merged(ranges)
        self.files, self.must, self.why = list(files), must, why


# Structures. Each fills a folder, and says what a damage must come to.

class Structure:
    name = ""
    sidecars = ()
    piece = None  # bytes of a piece, of those that have lists of them

    def __init__(self, rng, folder, exhibit):
        self.rng, self.folder, self.exhibit = rng, folder, exhibit
        os.makedirs(folder)
        self.make()
        self.before = {name: read(os.path.join(folder, name)) for name in listing(folder)}

    def path(self, name):
        return os.path.join(self.folder, name)

    def evidence(self):
        """Files that may be damaged, those of the holding."""
        return [name for name in self.before if name not in self.sidecars]

    def segments(self):
        """Files of a set, in order."""
        return self.evidence()

    def choose(self):
        names = self.evidence()
        return self.rng.choices(names, [max(1, len(self.before[name])) for name in names])[0]

    def after(self, name):
        path = self.path(name)
        return read(path) if os.path.exists(path) else None

    def changed(self):
        return [name for name in self.evidence() if self.after(name) != self.before[name]]


class Raw(Structure):
    """Sectors as they are, in one file or several."""

    name = "raw"

    def make(self):
        self.contents = contents_of(self.rng, size_of(self.rng))
        self.fill()

    def raw(self, name):
        write(self.path(name), self.contents)

    def source(self):
        path = self.folder + ".source"
        write(path, self.contents)
        return path

    def windows(self):
        total = sum(len(self.before[name]) for name in self.segments())
        if self.piece is None and total <= PIECE:
            return None
        return self.piece or PIECE

    def expected(self, kind):
        ranges, start, window = [], 0, self.windows()
        total = sum(len(self.before[name]) for name in self.segments())
        for name in self.segments():
            old, new = self.before[name], self.after(name)
            if new is None and start == 0:
                return Expected(None, self.changed())  # Without its first file it is not at hand.
            if new is None or len(new) < len(old):
                cut = start + (0 if new is None else len(new))
                ranges.append((cut // SECTOR, (start + len(old) + SECTOR - 1) // SECTOR))
                end = start + len(old)
                # The rest of a piece has no hash value of its own.
                if window is not None and cut % window:
                    ranges.append((cut // window * window // SECTOR, cut // SECTOR))
                if window is not None and end % window and end < total:
                    ranges.append((end // SECTOR, (min((end // window + 1) * window, total) + SECTOR - 1) // SECTOR))
            if new is not None and window is not None:
                for place in range(0, min(len(old), len(new)), 256):
                    if old[place:place + 256] != new[place:place + 256]:
                        for byte in range(place, min(place + 256, len(old), len(new))):
                            if old[byte] != new[byte]:
                                number = (start + byte) // window
                                ranges.append((number * window // SECTOR, (min((number + 1) * window, total) + SECTOR - 1) // SECTOR))
            start += len(old)
        return Expected(ranges or None, self.changed())


class RawAlone(Raw):
    name = "raw, nothing beside it"

    def fill(self):
        self.raw("a.dd")


class RawList(Raw):
    name = "raw, lists of md5sum, sha1sum, sha256sum"

    def fill(self):
        self.raw("a.dd")
        tool = self.rng.choice(["md5sum", "sha1sum", "sha256sum", "sha512sum"])
        style = self.rng.choice([[], ["--tag"]])
        write(self.path("sums"), run(tool, *style, "a.dd", cwd=self.folder).stdout)
        self.sidecars = ("sums",)


class RawHashdeep(Raw):
    name = "raw, pieces of hashdeep"

    def fill(self):
        self.raw("a.dd")
        self.piece = self.rng.choice([4096, 32768, 65536, 1 << 18])
        write(self.path("all.txt"), run("hashdeep", "-l", "-c", "md5,sha256", "a.dd", cwd=self.folder).stdout)
        write(self.path("pieces.txt"), run("hashdeep", "-l", "-p", self.piece, "-c", "md5", "a.dd", cwd=self.folder).stdout)
        self.sidecars = ("all.txt", "pieces.txt")


class RawPAR2(Raw):
    name = "raw, PAR2 or SFV"

    def fill(self):
        self.raw("a.dd")
        if self.rng.random() < 0.5:
            self.piece = self.rng.choice([16384, 65536])
            run("par2", "create", "-q", "-q", "-s%d" % self.piece, "-c2", "a.par2", "a.dd", cwd=self.folder)
        else:
            write(self.path("a.sfv"), run("rhash", "--sfv", "a.dd", cwd=self.folder).stdout)
        self.sidecars = tuple(name for name in listing(self.folder) if name != "a.dd")


class DCFLDD(Raw):
    name = "raw, log of dcfldd"

    def fill(self):
        self.piece = self.rng.choice([32768, 1 << 18, 1 << 20])
        run("dcfldd", "if=" + self.source(), "of=" + self.path("a.dd"), "hash=" + self.rng.choice(["md5", "md5,sha256"]),
            "hashwindow=%d" % self.piece, "hashlog=" + self.path("a.log"))
        self.sidecars = ("a.log",)


class DC3DD(Raw):
    name = "raw, log of dc3dd"

    def fill(self):
        run("dc3dd", "if=" + self.source(), "hof=" + self.path("a.dd"), "hash=" + self.rng.choice(["md5", "sha1", "sha256"]), "log=" + self.path("a.log"))
        self.sidecars = ("a.log",)


class Split(Raw):
    name = "split raw, log of dc3dd"

    def fill(self):
        self.piece = self.rng.choice([128, 256]) << 10
        run("dc3dd", "if=" + self.source(), "hofs=" + self.path("a.000"), "ofsz=%d" % self.piece, "hash=md5", "hash=sha256", "log=" + self.path("a.log"))
        self.sidecars = ("a.log",)


class SplitExhibit(Raw):
    name = "split raw, of exhibit convert, a list"

    def fill(self):
        self.contents = contents_of(self.rng, self.rng.randrange(5000, 9000) * SECTOR)
        write(self.folder + ".dd", self.contents)
        run(self.exhibit, "convert", self.folder + ".dd", self.path("a.001"), "--split", self.rng.choice(["1MiB", "1100KiB"]))
        names = listing(self.folder)
        others = [name for name in names if not re.fullmatch(r"a\.\d+", name)]
        for name in others:
            os.remove(self.path(name))
        write(self.path("sums"), run("sha256sum", *[name for name in names if name not in others], cwd=self.folder).stdout)
        self.sidecars = ("sums",)


class E01(Raw):
    """Parsed here, section by section: which bytes of which file are which chunk."""

    name = "E01 of ewfacquire"
    listed = False

    def fill(self):
        size = self.rng.choice([16, 64, 128, 1024])
        kind = self.rng.choice(["encase5", "encase6", "encase6", "ftk", "linen6"])
        self.labels = "%s, chunks of %d sectors" % (kind, size)
        words = ["-u", "-q", "-t", self.path("a"), "-f", kind, "-c", self.rng.choice(["none", "empty-block", "fast", "best"]), "-b", size,
                 "-S", self.rng.choice([1 << 20, 1 << 20, 1 << 30]), "-l", self.path("a.log")]
        if self.rng.random() < 0.5:
            words += ["-d", "sha1"]
        run("ewfacquire", *words, self.source())
        self.sidecars = ("a.log",)
        if self.rng.random() < 0.3:
            self.listed = True
            names = [name for name in listing(self.folder) if name != "a.log"]
            write(self.path("sums"), run("md5sum", *names, cwd=self.folder).stdout)
            self.sidecars = ("a.log", "sums")

    def segments(self):
        return sorted(name for name in self.before if re.search(r"\.[EesS]\d\d$", name))

    def parse(self):
        """Chunks as (file, from, to, is compressed); parts of files that are no chunk by the kind of section."""
        chunks, sections, size = [], [], None
        for name in self.segments():
            data, at = self.before[name], 13
            sections.append((name, 0, 13, "file header"))
            end_of_sectors = None
            while True:
                kind = data[at:at + 16].rstrip(b"\0").decode()
                following, length = struct.unpack_from("<QQ", data, at + 16)
                sections.append((name, at, at + 76, "descriptor of " + kind))
                body, end = at + 76, (following if following > at else len(data))
                if kind in ("volume", "disk"):
                    size = struct.unpack_from("<I", data, body + 8)[0] * struct.unpack_from("<I", data, body + 12)[0]
                if kind == "sectors":
                    end_of_sectors = end
                else:
                    sections.append((name, body, end, kind))
                if kind == "table":
                    count, = struct.unpack_from("<I", data, body)
                    base, = struct.unpack_from("<Q", data, body + 8)
                    entries = struct.unpack_from("<%dI" % count, data, body + 24)
                    places = [base + (entry & 0x7FFFFFFF) for entry in entries] + [end_of_sectors]
                    for number, entry in enumerate(entries):
                        chunks.append((name, places[number], places[number + 1], entry >> 31 == 1))
                if kind in ("next", "done") or following == at:
                    break
                at = following
        return chunks, sections, size

    @staticmethod
    def decode(data, compressed):
        if not compressed:
            return data[:-4] if len(data) > 4 and struct.unpack("<I", data[-4:])[0] == zlib.adler32(data[:-4]) else None
        try:
            worker = zlib.decompressobj()
            result = worker.decompress(data)
            return result if worker.eof else None
        except zlib.error:
            return None

    def located(self):
        """Sectors of chunks that do not decode to what they did, and kinds of sections that were hit."""
        chunks, sections, size = self.parse()
        ranges, kinds, total = [], set(), len(self.contents) // SECTOR
        for number, (name, first, end, compressed) in enumerate(chunks):
            new = self.after(name)
            old = self.before[name][first:end]
            if new is None or new[first:end] == old:
                continue
            if self.decode(new[first:end], compressed) == self.decode(old, compressed):
                kinds.add("a byte of the packed data that unpacking ignores")
            else:
                ranges.append((number * size // SECTOR, min((number + 1) * size // SECTOR, total)))
        for name, first, end, kind in sections:
            new = self.after(name)
            if new is not None and new[first:end] != self.before[name][first:end]:
                kinds.add(kind)
        return ranges, kinds

    def expected(self, kind):
        if kind in ("truncated", "deleted", "swapped"):
            return Expected(None, self.changed())
        ranges, kinds = self.located()
        if ranges:
            return Expected(ranges, self.changed())
        must = self.listed or not self.is_harmless()
        return Expected(None, self.changed(), must, ", ".join(sorted(kinds)))

    def is_harmless(self):
        """libewf reads the same from it, contents and description, and calls it good."""
        now = self.folder + ".now"
        shutil.rmtree(now, ignore_errors=True)
        shutil.copytree(self.folder, now)
        first = os.path.join(now, self.segments()[0])
        then = self.folder + ".then"
        shutil.rmtree(then, ignore_errors=True)
        os.mkdir(then)
        for name in self.segments():
            write(os.path.join(then, name), self.before[name])
        verified = run("ewfverify", "-q", first, check=False)
        exported = run("ewfexport", "-q", "-u", "-t", "-", "-f", "raw", first, check=False)
        told = [run("ewfinfo", os.path.join(where, self.segments()[0]), check=False).stdout for where in (now, then)]
        return verified.returncode == 0 and exported.stdout == self.contents and told[0] == told[1]


class OwnE01(E01):
    name = "E01 of exhibit convert"

    def fill(self):
        write(self.folder + ".dd", self.contents)
        run(self.exhibit, "convert", self.folder + ".dd", self.path("a.E01"), "--compression", self.rng.choice(["none", "empty-block", "fast", "best"]),
            *self.rng.choice([[], ["--segment-size", "1MiB"]]))


class Acquisition(OwnE01):
    name = "acquisition of Exhibit"
    images = ["raw", "e01"]
    chunk = 1 << 20

    def acquire(self):
        case = self.folder + ".case"
        run(self.exhibit, "case", "create", case, "--number", "C", "--title", "Sample", "--examiner", "A. Examiner", "--unencrypted-key")
        run(self.exhibit, "item", "add", "--case", case, "--number", "001", "--description", "USB stick")
        run(self.exhibit, "acquire", self.source(), "--case", case, "--item", "001", *[word for image in self.images for word in ("--format", image)])
        return case

    def fill(self):
        case = self.acquire()
        shutil.copytree(os.path.join(case, "evidence", "001"), self.folder, dirs_exist_ok=True)

    def expected(self, kind):
        """Each file is listed with its SHA-256, so that all is found. Where, by the chunks of the record and by those of the E01."""
        files = self.changed()
        if kind != "bits":
            return Expected(None, files)
        raw = [name for name in files if name.endswith(".raw")]
        if raw:
            old, new, ranges = self.before[raw[0]], self.after(raw[0]), []
            for byte in (place for place in range(len(old)) if old[place] != new[place]):
                number = byte // self.chunk
                ranges.append((number * self.chunk // SECTOR, min((number + 1) * self.chunk, len(old)) // SECTOR))
            return Expected(ranges, files)
        ranges, _ = self.located()
        return Expected(ranges or None, files)


class Bag(Acquisition):
    name = "bag of Exhibit"

    def fill(self):
        case = self.acquire()
        os.rmdir(self.folder)
        run(self.exhibit, "export", "--case", case, "--item", "001", "--output", self.folder)

    def expected(self, kind):
        return Expected(None, self.changed()) if not any(re.search(r"\.(raw|E\d\d)$", name) for name in self.changed()) else super().expected(kind)


class ForeignBag(Structure):
    name = "bag of another program"

    def make(self):
        os.makedirs(self.path("data"))
        for number in range(self.rng.randrange(1, 4)):
            write(self.path("data/%d.dd" % number), contents_of(self.rng, size_of(self.rng)))
        write(self.path("bagit.txt"), b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
        names = ["data/" + name for name in os.listdir(self.path("data"))]
        tool = self.rng.choice(["md5sum", "sha256sum", "sha512sum"])
        write(self.path("manifest-%s.txt" % tool[:-3]), run(tool, *sorted(names), cwd=self.folder).stdout)

    def evidence(self):
        return [name for name in self.before if name.startswith("data/")]

    def expected(self, kind):
        return Expected(None, self.changed())


class Packed(Structure):
    """A format that Exhibit knows and does not read: its files are compared."""

    name = "AFF and qcow2, which Exhibit does not read"

    def make(self):
        source = self.folder + ".raw"
        write(source, contents_of(self.rng, size_of(self.rng)))
        if self.rng.random() < 0.5:
            run("affconvert", "-q", "-o", self.path("a.aff"), source)
        else:
            run("qemu-img", "convert", "-O", "qcow2", source, self.path("a.qcow2"))

    def expected(self, kind):
        return Expected(None, self.changed())


class Disc(Structure):
    name = "BIN/CUE of mode 1"

    def make(self):
        tree, iso = self.folder + ".tree", self.folder + ".iso"
        os.makedirs(tree)
        for number in range(3):
            write(os.path.join(tree, "f%d" % number), contents_of(self.rng, self.rng.randrange(100_000, 400_000)))
        run("genisoimage", "-quiet", "-r", "-J", "-o", iso, tree)
        run(self.exhibit, "convert", iso, self.path("d.cue"), "--whole-sectors")
        os.remove(self.path("d.changes.json"))
        if self.rng.random() < 0.5:
            write(self.path("d.sha1"), run("sha1sum", "d.bin", "d.cue", cwd=self.folder).stdout)
            self.sidecars = ("d.sha1",)

    def expected(self, kind):
        files = self.changed()
        if kind != "bits" or files != ["d.bin"]:
            return Expected(None, files)
        old, new = self.before["d.bin"], self.after("d.bin")
        return Expected([(sector, sector + 1) for sector in range(len(old) // 2352)
                         if old[sector * 2352:(sector + 1) * 2352] != new[sector * 2352:(sector + 1) * 2352]], files)


class CHD(Structure):
    """The map of version 5 is read here: which bytes are which hunk."""

    name = "CHD of chdman"

    def make(self):
        source = self.folder + ".dd"
        self.contents = contents_of(self.rng, size_of(self.rng))
        write(source, self.contents)
        self.codec = self.rng.choice(["zlib", "lzma", "zstd", "none", "default"])
        words = ["chdman", "createhd", "-i", source, "-o", self.path("a.chd"), "-ss", SECTOR]
        if self.codec != "default":
            words += ["-c", self.codec]
        if subprocess.run(list(map(str, words)), capture_output=True).returncode:
            self.codec = "default"
            run(*words[:words.index("-c")])

    def hunks(self):
        """Of compressed hunks: (offset, length, number). None where the map is plain, without a checksum for each."""
        data = self.before["a.chd"]
        hunk, unit = struct.unpack_from(">II", data, 56)
        self.hunk = hunk
        logical, place = struct.unpack_from(">QQ", data, 32)
        if data[16:20] == bytes(4):
            return None
        length, = struct.unpack_from(">I", data, place)
        first = int.from_bytes(data[place + 4:place + 10], "big")
        length_bits, self_bits, parent_bits = data[place + 12:place + 15]
        bits = "".join("{:08b}".format(byte) for byte in data[place + 16:place + 16 + length])
        at = 0

        def take(count):
            nonlocal at
            value = int(bits[at:at + count] or "0", 2)
            at += count
            return value

        # The lengths of 16 codes, of at most 8 bits, in 4 bits each, with runs.
        lengths = []
        while len(lengths) < 16:
            value = take(4)
            if value != 1:
                lengths.append(value)
            else:
                value = take(4)
                lengths += [value] if value == 1 else [value] * (take(4) + 3)
        codes, code = {}, 0
        for size in range(8, 0, -1):
            for symbol in (symbol for symbol in range(16) if lengths[symbol] == size):
                codes[(size, code)] = symbol
                code += 1
            code >>= 1

        def symbol():
            size, value = 0, 0
            while True:
                size, value = size + 1, value << 1 | take(1)
                if (size, value) in codes:
                    return codes[(size, value)]

        count = (logical + hunk - 1) // hunk
        kinds, last, repeat = [], 0, 0
        while len(kinds) < count:
            if repeat:
                repeat -= 1
                kinds.append(last)
                continue
            value = symbol()
            if value == 7:
                repeat = 2 + symbol()
                kinds.append(last)
            elif value == 8:
                repeat = 2 + 16 + (symbol() << 4)
                repeat += symbol()
                kinds.append(last)
            else:
                last = value
                kinds.append(value)
        places, offset, own = [], first, 0
        for number, kind in enumerate(kinds):
            if kind <= 3:
                size = take(length_bits)
                take(16)
                places.append((offset, size, number))
                offset += size
            elif kind == 4:
                take(16)
                places.append((offset, hunk, number))
                offset += hunk
            elif kind in (5, 9, 10):
                # The same as another hunk: damaged with it.
                if kind == 5:
                    own = take(self_bits)
                elif kind == 10:
                    own += 1
                places.append((*places[own][:2], number))
            else:
                raise ValueError("a kind of hunk that a CHD without a parent does not have: %d" % kind)
        return places

    def expected(self, kind):
        files = self.changed()
        if kind != "bits":
            return Expected(None, files)
        old, new = self.before["a.chd"], self.after("a.chd")
        places = self.hunks()
        hit = [number for offset, size, number in places or [] if old[offset:offset + size] != new[offset:offset + size]]
        must = not self.is_harmless()
        if not hit or not must:
            return Expected(None, files, must, "bytes of a CHD that chdman neither checks nor shows")
        return Expected([(number * self.hunk // SECTOR, (min((number + 1) * self.hunk, len(self.contents)) + SECTOR - 1) // SECTOR) for number in hit], files)

    def is_harmless(self):
        then, out = self.folder + ".then.chd", self.folder + ".out"
        write(then, self.before["a.chd"])
        told = []
        for path in (self.path("a.chd"), then):
            if os.path.exists(out):
                os.remove(out)
            verified = run("chdman", "verify", "-i", path, check=False)
            run("chdman", "extracthd", "-i", path, "-o", out, check=False)
            info = run("chdman", "info", "-v", "-i", path, check=False).stdout.replace(path.encode(), b"")
            told.append((verified.returncode, read(out) if os.path.exists(out) else None, info))
        return told[0] == told[1]


STRUCTURES = [RawAlone, RawList, RawHashdeep, RawPAR2, DCFLDD, DC3DD, Split, SplitExhibit, E01, E01, OwnE01, Acquisition, Bag, ForeignBag, Packed, Disc, CHD]
KINDS = ["bit", "bit", "bit", "sector", "zeros", "truncated", "deleted", "swapped"]


def damage(rng, structure):
    """Damages one file; the times stay.
    - Returns: what was done, in words, and its kind."""
    kind = rng.choice(KINDS)
    segments = structure.segments()
    name = structure.choose()
    path = structure.path(name)
    times = {item: os.stat(structure.path(item)) for item in structure.before}
    contents = bytearray(structure.before[name])
    words = ""
    if kind in ("deleted", "swapped") and (len(segments) < 2 or type(structure) in (Bag, Acquisition, ForeignBag, Disc)):
        kind = "bit"
    if kind == "deleted":
        name = rng.choice(segments)
        os.remove(structure.path(name))
        words = "deleted"
    elif kind == "swapped":
        number = rng.randrange(len(segments) - 1)
        one, two = segments[number], segments[number + 1]
        if structure.before[one] == structure.before[two]:
            kind = "bit"
        else:
            write(structure.path(one), structure.before[two])
            write(structure.path(two), structure.before[one])
            name, words = one, "swapped with the next"
    if kind == "truncated":
        cut = rng.randrange(len(contents))
        write(path, contents[:cut])
        words = "cut at %d" % cut
    if kind in ("bit", "sector", "zeros"):
        place = rng.randrange(len(contents))
        if kind == "sector":
            place = place // SECTOR * SECTOR
            contents[place:place + SECTOR] = rng.randbytes(len(contents[place:place + SECTOR]))
        if kind == "zeros":
            place = place // 4096 * 4096
            contents[place:place + 4096] = bytes(len(contents[place:place + 4096]))
        if bytes(contents) == structure.before[name]:
            kind, place = "bit", rng.randrange(len(contents))
        if kind == "bit":
            contents[place] ^= 1 << rng.randrange(8)
        write(path, contents)
        words = "%s at byte %d" % (kind, place)
    for item, status in times.items():
        if os.path.exists(structure.path(item)):
            os.utime(structure.path(item), ns=(status.st_atime_ns, status.st_mtime_ns))
    return name, words, kind if kind in ("truncated", "deleted", "swapped") else "bits"


class Table:
    COLUMNS = ["images", "left alone", "false alarms", "side-car rotten", "told", "damaged", "nothing covers it", "found", "located", "exact"]

    def __init__(self):
        self.rows, self.problems, self.uncovered = {}, [], {}

    def add(self, name, *columns):
        row = self.rows.setdefault(name, dict.fromkeys(self.COLUMNS, 0))
        for column in columns:
            row[column] += 1

    def text(self):
        lines = ["| structure | " + " | ".join(self.COLUMNS) + " |", "|---" * (len(self.COLUMNS) + 1) + "|"]
        for name, row in list(self.rows.items()) + [("all", {column: sum(row[column] for row in self.rows.values()) for column in self.COLUMNS})]:
            lines.append("| %s | %s |" % (name, " | ".join(str(row[column]) for column in self.COLUMNS)))
        return "\n".join(lines) + "\n"


def verify(exhibit, archive, root):
    result = run(exhibit, "archive", "verify", "--json", "--case", archive, check=False)
    told = {}
    for item in json.loads(result.stdout)["verified"]:
        told.setdefault(os.path.relpath(item["path"], root).split("/")[0], []).append(item)
    return told


GOOD = "verified"


def places(finding):
    """Sectors that a finding names; those of discs are in its words: `sectors 5, 7-9`."""
    if finding.get("sectors"):
        return [(finding["sectors"]["first"], finding["sectors"]["first"] + finding["sectors"]["count"])]
    told = re.match(r"sectors? ([-0-9, ]+)", finding.get("observed") or "") if finding["code"].startswith("disc.") else None
    return [(int(part.split("-")[0]), int(part.split("-")[-1]) + 1) for part in told.group(1).split(",") if part.strip()] if told else []



def checks(archive, run_number):
    """Holdings that have a verdict in the newest run but so many."""
    with sqlite3.connect("file:%s?mode=ro" % os.path.join(archive, "case.sqlite"), uri=True, timeout=60) as database:
        runs = [row[0] for row in database.execute("SELECT id FROM archive_run ORDER BY started")]
        return [row[0] for row in database.execute("SELECT holding FROM holding_check WHERE run = ?", (runs[run_number],))], len(runs)


def killed(exhibit, archive, rng, total, kills, table):
    """A run that is killed again and again, and resumed: each holding has one verdict in the end, and each verdict that was
    told before a kill is one of them. Done slowly, so that a kill comes in the middle.
    - Returns: a line for the table."""
    before, runs = [], checks(archive, -1)[1]
    for number in range(kills):
        words = [exhibit, "archive", "verify", "--case", archive, "--rate-limit", "20MB", *(["--resume"] if number else [])]
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(words, stdout=output, stderr=subprocess.DEVNULL)
            wanted = len(before) + rng.randrange(1, max(2, total // (2 * kills)))
            deadline = time.monotonic() + 300
            while process.poll() is None and time.monotonic() < deadline:
                found, count = checks(archive, -1)
                # The first of them makes a run; before that, the newest is another one.
                if count > runs and len(found) >= wanted:
                    break
                time.sleep(rng.random() * 0.1)
            process.kill()
            process.wait()
            output.seek(0)
            told = [int(line.split()[0]) for line in output.read().decode(errors="replace").splitlines() if re.match(r"\d+  /", line)]
        now, _ = checks(archive, -1)
        if not set(before + told) <= set(now):
            table.problems.append("kill %d: verdicts that were told are lost: %s" % (number + 1, sorted(set(before + told) - set(now))))
        before = now
    run(exhibit, "archive", "verify", "--resume", "--case", archive)
    after, _ = checks(archive, -1)
    if len(after) != len(set(after)):
        table.problems.append("a holding was verified twice in the resumed run")
    run(exhibit, "audit", "verify", "--case", archive)
    return "%d kills in one run, after which %d of %d holdings had their verdicts: none of those was lost or made again, and the log is whole.\n" % (kills, len(before), len(after))


def judge(table, structure, items, done):
    """One image against what must have come of it."""
    verdicts = [item["verdict"] for item in items]
    findings = [finding for item in items for finding in item["findings"]]
    failures = [finding for finding in findings if finding["severity"] == "failure"]
    label = "%s: %s" % (structure.folder, structure.name)
    table.add(structure.name, "images")
    if done is None:
        table.add(structure.name, "left alone")
        if verdicts != [GOOD] or failures:
            table.add(structure.name, "false alarms")
            table.problems.append("%s: false alarm: %s %s" % (label, verdicts, findings))
        return
    name, words, kind = done
    what = "%s: %s %s" % (label, name, words)
    if kind == "side-car":
        table.add(structure.name, "side-car rotten")
        if verdicts == [GOOD] and any(finding["code"].endswith("ideCarChanged") or "side-car" in finding["code"] for finding in findings):
            table.add(structure.name, "told")
        else:
            table.problems.append("%s: %s %s" % (what, verdicts, findings))
        return
    table.add(structure.name, "damaged")
    expected = structure.expected(kind)
    bad = any(verdict != GOOD for verdict in verdicts)
    if not expected.must and not bad:
        table.add(structure.name, "nothing covers it")
        table.uncovered[expected.why] = table.uncovered.get(expected.why, 0) + 1
        return
    if not bad:
        table.problems.append("%s: MISSED (%s)" % (what, expected.why))
        return
    table.add(structure.name, "found")
    if not expected.must:
        table.uncovered["found all the same: " + expected.why] = table.uncovered.get("found all the same: " + expected.why, 0) + 1
    ranges = merged(place for finding in findings for place in places(finding))
    # What a structure has of smaller parts is named by the smallest of them.
    smallest = [merged(place for finding in findings if finding["code"] == code for place in places(finding)) for code in {finding["code"] for finding in findings}]
    if expected.ranges is not None:
        table.add(structure.name, "located")
        if expected.ranges == ranges or expected.ranges in smallest:
            table.add(structure.name, "exact")
        else:
            table.problems.append("%s: sectors %s, expected %s; %s" % (what, ranges, expected.ranges, [(finding["code"], finding.get("sectors")) for finding in findings]))
    else:
        named = " ".join("%s %s %s" % (finding["subject"], finding.get("expected"), finding.get("observed")) for finding in findings)
        if not any(os.path.basename(file) in named for file in expected.files):
            table.problems.append("%s: does not name %s: %s" % (what, expected.files, findings))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exhibit")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=5, help="times that the second verification is killed")
    parser.add_argument("--table", help="the table is written here too")
    parser.add_argument("--keep", help="a folder that is left as it is")
    parser.add_argument("--only", help="structures whose class has this name")
    options = parser.parse_args()
    exhibit = os.path.abspath(options.exhibit)
    folder = os.path.realpath(options.keep or tempfile.mkdtemp(prefix="exhibit-injection-"))
    os.environ["EXHIBIT_PROFILE"] = "none"
    os.environ.pop("EXHIBIT_CASE", None)
    try:
        sys.exit(work(exhibit, folder, options))
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def work(exhibit, folder, options):
    rng = random.Random(options.seed)
    made = os.path.join(folder, "made")
    root, archive = os.path.join(folder, "evidence"), os.path.join(folder, "archive")
    for place in (made, root):
        os.makedirs(place)
    classes = [one for one in STRUCTURES if not options.only or one.__name__ == options.only]
    structures = []
    for number in range(options.count):
        structure = classes[number % len(classes)](random.Random(rng.getrandbits(64)), os.path.join(made, "%04d" % number), exhibit)
        shutil.move(structure.folder, os.path.join(root, "%04d" % number))
        structure.folder = os.path.join(root, "%04d" % number)
        structures.append(structure)
        print("made %d of %d" % (number + 1, options.count), end="\r", file=sys.stderr, flush=True)
    shutil.rmtree(made)
    run(exhibit, "case", "create", archive, "--number", "A", "--title", "Archive", "--examiner", "A. Examiner", "--unencrypted-key")
    run(exhibit, "archive", "add", root, "--case", archive)
    table = Table()
    # What came without a reference has one after the first verification.
    first = verify(exhibit, archive, root)
    kills = killed(exhibit, archive, rng, options.count, options.kills, table) if options.kills else ""
    second = verify(exhibit, archive, root)
    for structure in structures:
        number = os.path.basename(structure.folder)
        for told, allowed in ((first, (GOOD, "noReference")), (second, (GOOD,))):
            items = told.get(number, [])
            if len(items) != 1 or any(item["verdict"] not in allowed or any(finding["severity"] == "failure" for finding in item["findings"]) for item in items):
                table.problems.append("%s: %s: before any damage: %s" % (structure.folder, structure.name, items))
    done = {}
    for structure in structures:
        chance = rng.random()
        if chance < 0.25:
            continue
        if chance < 0.32 and structure.sidecars:
            name = rng.choice(structure.sidecars)
            path, status = structure.path(name), os.stat(structure.path(name))
            contents = bytearray(read(path))
            place = rng.randrange(len(contents))
            contents[place] ^= 1 << rng.randrange(8)
            write(path, contents)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            done[structure] = (name, "bit at byte %d" % place, "side-car")
            continue
        done[structure] = damage(rng, structure)
    third = verify(exhibit, archive, root)
    for structure in structures:
        judge(table, structure, third.get(os.path.basename(structure.folder), []), done.get(structure))
    text = table.text()
    if table.uncovered:
        text += "\nBits in bytes that nothing covers, by what they are in:\n\n" + "".join("* %s: %d\n" % item for item in sorted(table.uncovered.items()))
    if kills:
        text += "\n" + kills
    print(text)
    for problem in table.problems:
        print("PROBLEM " + problem)
    if options.table:
        write(options.table, text.encode())
    return 1 if table.problems else 0


if __name__ == "__main__":
    main()
