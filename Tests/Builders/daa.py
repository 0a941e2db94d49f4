#!/usr/bin/env python3
"""Writes DAA and GBI, of which there is no packaged writer, from their layout; daa2iso judges what it makes.

    daa.py INPUT OUTPUT [--gbi] [--version 1|2] [--filter] [--obscured] [--volume BYTES] [--encrypted] [--flags BITS]
"""
import argparse
import lzma
import os
import struct
import subprocess
import tempfile
import zlib

CHUNK = 65536


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def raw_lzma(data, is_filtered):
    """Without an end mark, which liblzma always writes: what 7-Zip puts behind the header of its archive."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.7z")
        if is_filtered:
            data = x86(data)
        subprocess.run(["7zz", "a", "-t7z", "-m0=LZMA:d=64k:lc=3:lp=0:pb=2", "-mhc=off", "-mf=off", "-si", path],
                       input=data, check=True, stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            archive = file.read()
    return archive[32:32 + int.from_bytes(archive[12:20], "little")]


def x86(data):
    """Jumps of x86 code made absolute: with an LZMA2 filter behind it, so that only the first is undone."""
    packed = lzma.compress(data, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2}])
    return lzma.decompress(packed, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])


def with_crc(header):
    return header + struct.pack("<I", zlib.crc32(header))


def table_of(entries, options):
    if options.version == 1:
        return b"".join(bytes([size >> 16 & 255, size & 255, size >> 8 & 255]) for kind, size in entries)
    text = ""
    for number, (kind, size) in enumerate(entries):
        change = ((number ^ b"\x0a\x35\x2d\x3f\x08\x33\x09\x15"[number & 7]) & 255) * 0x01010101
        for value, bits in [(size - 5, 18), (kind, 1)]:
            if options.flags & 0x20000:
                value = (value ^ change) & (1 << bits) - 1
            text += format(value, "0%db" % bits)[::-1]
    text += "0" * (-len(text) % 8)
    return bytes(int(text[place:place + 8][::-1], 2) for place in range(0, len(text), 8))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--gbi", action="store_true")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--filter", action="store_true")
    parser.add_argument("--obscured", action="store_true")
    parser.add_argument("--volume", type=int)
    parser.add_argument("--encrypted", action="store_true")
    parser.add_argument("--flags", type=lambda text: int(text, 0), default=0)
    options = parser.parse_args()
    with open(options.input, "rb") as file:
        data = file.read()
    name = b"GBI" if options.gbi else b"DAA"
    entries, body = [], b""
    for number, place in enumerate(range(0, len(data), CHUNK)):
        plain = data[place:place + CHUNK]
        kind = 1 if options.version == 1 else number % 2
        stored = raw_deflate(plain) if kind else raw_lzma(plain, options.filter)
        if options.version == 2 and len(stored) >= CHUNK:
            stored = plain
        entries.append((kind, len(stored)))
        body += stored
    table = table_of(entries, options)
    descriptors = b""
    parts = 1
    if options.volume:
        first = options.volume
        parts = 1 + -(-max(0, len(body) - first) // options.volume)
        descriptors += struct.pack("<IIII", 1, 8 + 8, 0, 0)
        descriptors += struct.pack("<IIII", 2, 16 + 5 * 101, parts, 1) + bytes(5 * 101)
    if options.encrypted:
        descriptors += struct.pack("<III", 3, 12 + 4 + 128, 0) + struct.pack("<I", 0) + bytes(128)
    start = 76 + len(descriptors)
    end = start + len(table)
    size = CHUNK if options.version == 1 else CHUNK >> 14 | 0x100000 | options.flags
    if options.version == 2 and options.gbi:
        size |= 1 << 23
    if options.version == 2 and options.obscured:
        size |= 0x8000000
    form = struct.pack("<BIBBBII", 1, 0, 1 | (18 - 10) << 3, int(options.filter), 0x5D, CHUNK, 0)
    if options.version == 1:
        form = bytes(16)
    header = with_crc(name.ljust(16, b"\0") + struct.pack(
        "<IIIIIIQQ", start, 0x100 if options.version == 1 else 0x110, end, 1, 0, size, len(data), end + len(body))
        + form)
    if options.gbi:
        mask = len(table) // 4 & 255
        table = bytes(((byte ^ mask) + header[72]) & 255 for byte in table)
    elif options.version == 2 and options.obscured:
        step, value = len(data) // 2048 >> 8 & 255, len(data) // 2048
        table = bytes((byte + value + step * place) & 255 for place, byte in enumerate(table))
    pieces = [body[place:place + options.volume] for place in range(0, len(body), options.volume)] \
        if options.volume else [body]
    with open(options.output, "wb") as file:
        file.write(header + descriptors + table + pieces[0])
    ending = ".d%02d"
    for number, piece in enumerate(pieces[1:]):
        head = (name + b" VOL").ljust(16, b"\0") + struct.pack("<I", 40) + bytes(16)
        with open(options.output[:-4] + ending % number, "wb") as file:
            file.write(with_crc(head) + piece)


main()
