#!/usr/bin/env python3
"""Packs the sectors of a disc as other programs do, from the published layouts: there is no Debian package that
writes these formats, so the tests' files are made here, by code that shares nothing with the readers.

    pack.py ecm|cso|cso2|zso INPUT OUTPUT [--aligned]
    pack.py isz INPUT OUTPUT [--segment BYTES] [--encrypted]
"""
import bz2
import struct
import sys
import zlib


def edc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0xD8018001 if value & 1 else 0)
        table.append(value)
    return table


EDC = edc_table()


def edc(data, value=0):
    for byte in data:
        value = (value >> 8) ^ EDC[(value ^ byte) & 0xFF]
    return value


SYNC = b"\0" + b"\xff" * 10 + b"\0"


def ecm_number(kind, count):
    count -= 1
    out = [(kind | (count & 0x1F) << 2) | (0x80 if count > 0x1F else 0)]
    count >>= 5
    while count:
        out.append((count & 0x7F) | (0x80 if count > 0x7F else 0))
        count >>= 7
    return bytes(out)


def ecm(data):
    """Kinds by the EDC alone; the tests' sectors are sound."""
    runs = []  # kind, units, stored bytes

    def add(kind, stored, units):
        if runs and runs[-1][0] == kind:
            runs[-1][1] += units
            runs[-1][2] += stored
        else:
            runs.append([kind, units, bytearray(stored)])

    place = 0
    while place < len(data):
        sector = data[place:place + 2352]
        if len(sector) == 2352 and sector[:12] == SYNC and sector[15] == 1 \
                and edc(sector[:2064]) == int.from_bytes(sector[2064:2068], "little"):
            add(1, sector[12:15] + sector[16:2064], 1)
            place += 2352
            continue
        body = sector[16:]
        if len(sector) == 2352 and sector[:12] == SYNC and sector[15] == 2 and body[:4] == body[4:8]:
            form2 = body[2] & 0x20
            end = 2332 if form2 else 2056
            if edc(body[:end]) == int.from_bytes(body[end:end + 4], "little"):
                add(0, sector[:16], 16)
                add(3 if form2 else 2, body[4:end], 1)
                place += 2352
                continue
        add(0, sector, len(sector))
        place += len(sector)
    out = bytearray(b"ECM\0")
    for kind, units, stored in runs:
        out += ecm_number(kind, units) + stored
    return bytes(out) + b"\xfc\xff\xff\xff\x3f" + struct.pack("<I", edc(data))


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def lz4_block(data):
    """All literals, or one run of a repeated byte: enough to be LZ4."""
    def length(value):
        out = bytearray()
        while value >= 255:
            out.append(255)
            value -= 255
        return bytes(out) + bytes([value])

    if len(data) > 64 and data == data[:1] * len(data):
        match = len(data) - 1 - 5
        token = 1 << 4 | 15
        return bytes([token]) + data[:1] + b"\1\0" + length(match - 4 - 15) + bytes([5 << 4]) + data[-5:]
    head = bytes([0xF0]) + length(len(data) - 15) if len(data) >= 15 else bytes([len(data) << 4])
    return head + data


def cso(data, name, version=1, block=2048, align=0):
    index, body = [], bytearray()
    count = (len(data) + block - 1) // block
    start = 24 + 4 * (count + 1)
    start += -start % (1 << align)
    for number in range(count):
        plain = data[number * block:(number + 1) * block]
        if name == b"ZISO":
            packed, flag = lz4_block(plain), 0
        elif version == 2 and number % 2:
            packed, flag = lz4_block(plain), 1
        else:
            packed, flag = raw_deflate(plain), 0
        if len(packed) >= block:
            packed, flag = plain, 0 if version == 2 else 1
        body += b"\0" * (-(start + len(body)) % (1 << align))
        index.append((start + len(body)) >> align | flag << 31)
        body += packed
    body += b"\0" * (-(start + len(body)) % (1 << align))
    index.append((start + len(body)) >> align)
    header = name + struct.pack("<IQIBBH", 24, len(data), block, version, align, 0)
    table = struct.pack("<%dI" % len(index), *index)
    return header + table + b"\0" * (start - 24 - len(table)) + bytes(body)


def isz(data, segment=None, encrypted=False, chunk=16384):
    """Files of the set, in order. Chunks in turns by zlib, bzip2 and as they are; those of zeros not at all."""
    key = bytes(~byte & 0xFF for byte in b"IsZ!")

    def hide(table):
        return bytes(byte ^ key[place & 3] for place, byte in enumerate(table))

    pieces, table = [], bytearray()
    for number, place in enumerate(range(0, len(data), chunk)):
        plain = data[place:place + chunk]
        if not plain.strip(b"\0"):
            kind, stored, size = 0, b"", len(plain)
        else:
            kind = (2, 3, 1)[number % 3]
            stored = {1: plain, 2: zlib.compress(plain), 3: b"\1\2\3" + bz2.compress(plain)[3:]}[kind]
            size = len(stored)
        pieces.append(stored)
        table += (kind << 22 | size).to_bytes(3, "little")
    seg_table = len(table) and 64 + len(table)
    first = 64 + len(table) + (24 * 100 if segment else 0)

    def header(number):
        return b"IsZ!" + struct.pack(
            "<BBIHIBqIIBBIIIBIIII", 64, 1, 0x12345678, 2048, len(data) // 2048, 2 if encrypted else 0, segment or 0,
            len(pieces), chunk, 3, number, 64, seg_table if segment else 0, first, 0,
            ~zlib.crc32(data) & 0xFFFFFFFF, len(data), 0, 0)

    if not segment:
        return [header(0) + hide(table) + b"".join(pieces)]
    # A file ends where it is full: the rest of its last chunk begins the next one.
    files, entries = [], []
    body, place, begun = b"", first, 0
    for number, stored in enumerate(pieces):
        room = segment - (first if not files else 64) - len(body)
        if len(stored) > room and number + 1 < len(pieces):
            files.append(body + stored[:room])
            rest = stored[room:]
            entries.append((len(files[-1]), number + 1 - begun, begun, place, len(rest)))
            body, place, begun = rest, 64 + len(rest), number + 1
        else:
            body += stored
    files.append(body)
    entries.append((len(body), len(pieces) - begun, begun, place, 0))
    names = b"".join(struct.pack("<qiiii", *entry) for entry in entries)
    head = hide(table) + hide(names.ljust(24 * 100, b"\0"))
    return [header(number) + (b"" if number else head) + body for number, body in enumerate(files)]


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def main(kind, source, target, *options):
    with open(source, "rb") as file:
        data = file.read()
    if kind == "ecm":
        write(target, ecm(data))
    elif kind in ("cso", "cso2", "zso"):
        align = 2 if "--aligned" in options else 0
        write(target, cso(data, b"ZISO" if kind == "zso" else b"CISO", 2 if kind == "cso2" else 1, align=align))
    elif kind == "isz":
        size = int(options[options.index("--segment") + 1]) if "--segment" in options else None
        for number, part in enumerate(isz(data, size, "--encrypted" in options)):
            write(target if not number else "%s.i%02d" % (target[:-4], number), part)
    else:
        sys.exit("unknown format " + kind)


if __name__ == "__main__":
    main(*sys.argv[1:])
