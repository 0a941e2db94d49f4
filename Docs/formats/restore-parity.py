#!/usr/bin/env python3
"""Restores files from Exhibit's parity files (NAME.parity) with nothing but Python. Format: parity.md.

usage: restore-parity.py --from FOLDER --to FOLDER PARITY...
       restore-parity.py --head NAME PARITY     writes the signed head: NAME.json, and its signature NAME.p7s

The first folder holds what is left of the files; damaged and missing ones are written to the second, others are not.
Ends with 0 where every file is what it was, 4 where one is not: it gets the ending .incomplete.
"""
import hashlib, json, os, sys
EXP, LOG = [1] * 510, [0] * 256
for n in range(1, 255):
    EXP[n] = EXP[n - 1] << 1 ^ (0x11D if EXP[n - 1] & 0x80 else 0)
for n in range(255):
    EXP[n + 255], LOG[EXP[n]] = EXP[n], n
mul = lambda a, b: EXP[LOG[a] + LOG[b]] if a and b else 0
inverse = lambda a: EXP[255 - LOG[a]]
# A factor times a shard, as a number: XOR adds them.
times = lambda a, shard: int.from_bytes(shard.translate(bytes(mul(a, b) for b in range(256))), "little")

# Each intact parity shard is an equation in the lost shards. No square part of the matrix is singular.
def solve(shards, lost, parity, size):
    k, lines = len(shards), []
    for row, data in parity:
        total = int.from_bytes(data, "little")
        for column in set(range(k)) - set(lost):
            total ^= times(inverse((k + row) ^ column), shards[column])
        lines.append(([inverse((k + row) ^ column) for column in lost], total))
    for step in range(len(lost)):
        factors, total = lines.pop(step)
        total = times(inverse(factors[step]), total.to_bytes(size, "little"))
        factors, data = [mul(inverse(factors[step]), f) for f in factors], total.to_bytes(size, "little")
        lines = [([a ^ mul(own[step], b) for a, b in zip(own, factors)], sum ^ times(own[step], data)) for own, sum in lines]
        lines.insert(step, (factors, total))
    return [total.to_bytes(size, "little") for _, total in lines]

class Parity:
    def __init__(self, path):
        self.file, self.path = open(path, "rb"), path
        size, places = self.file.seek(0, 2), [0]
        if self.at(size - 8, 8) == b"EXHPAR1\n":
            places.append(size - 16 - int.from_bytes(self.at(size - 16, 8), "big"))
        for place in places:
            start = self.at(place, 96)
            length, text, table, signature = (int.from_bytes(start[8 * n:8 * n + 8], "big") for n in range(1, 5))
            if start[:8] == b"EXHPAR1\n" and max(text, table, signature) < 1 << 29:
                if hashlib.sha256(self.at(place + 96, text)).digest() == start[40:72]:
                    break
        else:
            sys.exit("%s: no intact copy of its head" % path)
        self.text = self.at(place + 96, text)
        self.head = json.loads(self.text)
        self.shard, self.groups, self.files = (self.head[key] for key in ("shardSize", "groups", "files"))
        # From the end where only that head is left: something may be missing before it.
        self.start = place - sum(g["stripes"] * g["parity"] for g in self.groups) * self.shard if place else length
        for place in places + [size - 16 - length]:
            self.table = self.at(place + 96 + text, table)
            self.signature = self.at(place + 96 + text + table, signature)
            if hashlib.sha256(self.table).hexdigest() == self.head["tableSha256"]:
                return
        sys.exit("%s: no intact table of hash values" % path)

    def at(self, place, count):
        return self.file.read(count) if self.file.seek(max(place, 0)) > -1 else b""

    is_right = lambda self, shard, n: hashlib.sha256(shard).digest() == self.table[32 * n:32 * n + 32]

    def restore(self, files):  # what it can; returns the rest: name, offset, length
        bad, index, offset = [], 0, self.start
        for group in self.groups:
            stripes, firsts = group["stripes"], []
            columns = [(file, first + start, min(each, length - start)) for file, first, length, each in group["columns"]
                       for start in range(0, length, each)]
            for _, _, length in columns:
                firsts.append(index)
                index += -(-length // self.shard)
            for stripe in range(stripes):
                shards, lost = [], {}
                for column, (file, start, length) in enumerate(columns):
                    begin, count = start + stripe * self.shard, min(self.shard, length - stripe * self.shard)
                    name = self.files[file]["name"]
                    data = files[name].read(begin, count) if count > 0 else b""
                    if count > 0 and not self.is_right(data, firsts[column] + stripe):
                        lost[column] = name, begin, count
                    shards.append(data.ljust(self.shard, b"\0"))
                rows = []
                for place in range(stripe, group["parity"] * stripes if lost else 0, stripes):
                    data = self.at(offset + place * self.shard, self.shard)
                    if self.is_right(data, index + place) and len(rows) < len(lost):
                        rows.append((place // stripes, data))
                if len(rows) == len(lost):
                    for column, data in zip(list(lost), solve(shards, list(lost), rows, self.shard)):
                        name, begin, count = lost.pop(column)
                        files[name].write(begin, data[:count])
                bad += lost.values()
            index += group["parity"] * stripes
            offset += group["parity"] * stripes * self.shard
        return bad

class File:
    def __init__(self, entry, old, new):
        if any(part in ("", ".", "..") for part in entry["name"].split("/")):
            sys.exit("a name that leads elsewhere: " + entry["name"])
        self.name, self.size, self.sha256, self.is_new = entry["name"], entry["size"], entry["sha256"], False
        self.old, self.new = os.path.join(old, self.name), os.path.join(new, self.name)
        self.file = open(self.old, "rb") if os.path.isfile(self.old) else None

    def read(self, offset, count):
        return self.file.read(count) if self.file and self.file.seek(offset) == offset else b""

    def pieces(self):
        return (self.read(place, min(1 << 20, self.size - place)) for place in range(0, self.size, 1 << 20))

    def write(self, offset, data):
        if not self.is_new:
            os.makedirs(os.path.dirname(self.new) or ".", exist_ok=True)
            copy = open(self.new, "x+b")
            copy.writelines(self.pieces())
            self.file, self.is_new = copy, copy.truncate(self.size) > -1
        self.file.seek(offset)
        self.file.write(data)

    def close(self):  # whether it is what it was
        digest = hashlib.sha256()
        any(digest.update(piece) for piece in self.pieces())
        right = digest.hexdigest() == self.sha256
        if not self.file or right and os.path.isfile(self.old) and os.path.getsize(self.old) > self.size:
            self.write(0, b"")  # empty, or too long
        if self.is_new:
            self.file.close()
            os.rename(self.new, self.new + ("" if right else ".incomplete"))
        print("%-10s  %s" % (("restored" if self.is_new else "intact") if right else "INCOMPLETE", self.name))
        return right

def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--head":
        parity = Parity(arguments[2])
        open(arguments[1] + ".json", "xb").write(parity.text)
        return open(arguments[1] + ".p7s", "xb").write(parity.signature) * 0
    if len(arguments) < 5 or arguments[0:3:2] != ["--from", "--to"]:
        sys.exit(__doc__)
    parities, files, before, bad = [Parity(path) for path in arguments[4:]], {}, None, [True]
    for entry in (entry for parity in parities for entry in parity.head["files"]):
        files.setdefault(entry["name"], File(entry, arguments[1], arguments[3]))
    while any(bad) and bad != before:  # what came back across files helps within one, and the other way round
        before, bad = bad, [parity.restore(files) for parity in parities]
    for parity, (name, start, count) in ((p, item) for p, items in zip(parities, bad) for item in items):
        print("not restored by %s: bytes %d-%d of %s" % (parity.path, start, start + count - 1, name))
    return 0 if all([file.close() for file in files.values()]) else 4
sys.exit(main(sys.argv[1:]))
