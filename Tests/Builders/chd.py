#!/usr/bin/env python3
"""Writes CHD of kinds that the chdman of Debian 12 does not: versions 3 and 4, Zstandard, DVDs. From MAME's layouts, with
nothing of the readers. Hunks that repeat an earlier one stand for it; a map of version 5 has codes of four bits each.

    chd.py INPUT OUTPUT [--version 3|4|5] [--codec zstd|cdzs|zlib] [--unit BYTES] [--hunk BYTES] [--parent FILE]
           [--meta TAG=TEXT]...
"""
import argparse
import hashlib
import struct
import subprocess
import zlib

SYNC = b"\0" + b"\xff" * 10 + b"\0"


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def crc16(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def sectors(data):
    """cdzs: sync and parity of sectors of mode 1 are left out; the tests' sectors are sound."""
    count = len(data) // 2448
    bitmap, main, sub = bytearray((count + 7) // 8), bytearray(), bytearray()
    for number in range(count):
        unit = data[number * 2448:(number + 1) * 2448]
        sector = bytearray(unit[:2352])
        if sector[:12] == SYNC and sector[15] == 1:
            bitmap[number // 8] |= 1 << number % 8
            sector[:12] = bytes(12)
            sector[2076:] = bytes(276)
        main += sector
        sub += unit[2352:]
    main = zstd(bytes(main))
    length = len(main).to_bytes(2 if len(data) < 65536 else 3, "big")
    return bytes(bitmap) + length + main + zstd(bytes(sub))


PACK = {"zlib": raw_deflate, "zstd": zstd, "cdzs": sectors}


class Bits:
    def __init__(self):
        self.text = ""

    def put(self, value, count):
        self.text += format(value, "0%db" % count) if count else ""

    def bytes(self):
        text = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(text[place:place + 8], 2) for place in range(0, len(text), 8))


def metadata(start, entries):
    out = b""
    for number, (tag, text) in enumerate(entries):
        data = text.encode() + b"\0"
        end = start + len(out) + 16 + len(data)
        following = end if number + 1 < len(entries) else 0
        out += tag.encode() + struct.pack(">IQ", 1 << 24 | len(data), following) + data
    return out


def digest(raw, entries):
    pairs = sorted(tag.encode() + hashlib.sha1(text.encode() + b"\0").digest() for tag, text in entries)
    return hashlib.sha1(raw + b"".join(pairs)).digest()


def version5(data, hunks, options, parent):
    body, bits, kinds, seen, fields = bytearray(), Bits(), [], {}, []
    start = 124 + len(metadata(124, options.meta))
    below = [parent[place:place + options.hunk] for place in range(0, len(parent), options.hunk)]
    for number, hunk in enumerate(hunks):
        packed = PACK[options.codec](hunk)
        if hunk in below:
            kinds.append(6)
            fields.append((below.index(hunk) * options.hunk // options.unit, 32, None))
        elif hunk in seen:
            kinds.append(5)
            fields.append((seen[hunk], 24, None))
        else:
            seen[hunk] = number
            kinds.append(0 if len(packed) < len(hunk) else 4)
            stored = packed if kinds[-1] == 0 else hunk
            fields.append((len(stored), 24 if kinds[-1] == 0 else 0, crc16(hunk)))
            body += stored
    for _ in range(16):
        bits.put(4, 4)
    for kind in kinds:
        bits.put(kind, 4)
    offset, rebuilt = start, b""
    for kind, (value, width, crc) in zip(kinds, fields):
        bits.put(value, width)
        if crc is None:
            rebuilt += bytes([kind]) + bytes(3) + value.to_bytes(6, "big") + bytes(2)
            continue
        bits.put(crc, 16)
        rebuilt += bytes([kind]) + value.to_bytes(3, "big") + offset.to_bytes(6, "big") + crc.to_bytes(2, "big")
        offset += value
    packed = bits.bytes()
    place = start + len(body)
    table = struct.pack(">I", len(packed)) + start.to_bytes(6, "big") + struct.pack(
        ">HBBBB", crc16(rebuilt), 24, 24, 32, 0) + packed
    raw = hashlib.sha1(data).digest()
    header = b"MComprHD" + struct.pack(
        ">II4s12xQQQII", 124, 5, options.codec.encode(), len(data), place, 124 if options.meta else 0, options.hunk,
        options.unit) + raw + digest(raw, options.meta) + options.parent_sha1
    return header + metadata(124, options.meta) + bytes(body) + table


def older(data, hunks, options, parent):
    size = {3: 120, 4: 108}[options.version]
    place = size + 16 * len(hunks) + 16
    table, body, seen = b"", bytearray(), {}
    below = [parent[start:start + options.hunk] for start in range(0, len(parent), options.hunk)]
    for number, hunk in enumerate(hunks):
        crc, offset, length = zlib.crc32(hunk), place + len(body), 0
        packed = raw_deflate(hunk)
        if hunk == hunk[:8] * (len(hunk) // 8):
            kind, offset = 3, int.from_bytes(hunk[:8], "big")
        elif hunk in below:
            kind, offset = 5, below.index(hunk)
        elif hunk in seen:
            kind, offset = 4, seen[hunk]
        else:
            kind = 1 if len(packed) < len(hunk) else 2
            stored = packed if kind == 1 else hunk
            length = len(stored)
            body += stored
            seen[hunk] = number
        table += struct.pack(">QIHBB", offset, crc, length & 0xFFFF, length >> 16, kind)
    where = place + len(body) if options.meta else 0
    flags = 1 if options.parent else 0
    raw = hashlib.sha1(data).digest()
    if options.version == 3:
        header = struct.pack(">IIII", 120, 3, flags, 1) + struct.pack(">IQQ", len(hunks), len(data), where)
        header += hashlib.md5(data).digest() + bytes(16) + struct.pack(">I", options.hunk) + raw + options.parent_sha1
    else:
        header = struct.pack(">IIII", 108, 4, flags, 1) + struct.pack(">IQQI", len(hunks), len(data), where, options.hunk)
        header += digest(raw, options.meta) + options.parent_sha1 + raw
    return b"MComprHD" + header + table + b"EndOfListCookie\0" + bytes(body) + metadata(where, options.meta)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--version", type=int, default=5)
    parser.add_argument("--codec", default="zlib")
    parser.add_argument("--unit", type=int, default=512)
    parser.add_argument("--hunk", type=int, default=4096)
    parser.add_argument("--parent", help="contents and SHA-1 of the parent, separated by a colon")
    parser.add_argument("--meta", action="append", default=[], type=lambda text: tuple(text.split("=", 1)))
    options = parser.parse_args()
    parent, options.parent_sha1 = b"", bytes(20)
    if options.parent:
        name, sha1 = options.parent.rsplit(":", 1)
        with open(name, "rb") as file:
            parent = file.read()
        options.parent_sha1 = bytes.fromhex(sha1)
    with open(options.input, "rb") as file:
        data = file.read()
    padded = data + bytes(-len(data) % options.hunk)
    hunks = [padded[place:place + options.hunk] for place in range(0, len(padded), options.hunk)]
    made = (version5 if options.version == 5 else older)(data, hunks, options, parent)
    with open(options.output, "wb") as file:
        file.write(made)


main()
