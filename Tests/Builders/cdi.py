#!/usr/bin/env python3
"""Writes CDI as DiscJuggler does, from what is known of its description: there is no packaged writer; iat judges.

    cdi.py OUTPUT [--version 2|3|4] [--dvd] [--catalog DIGITS] TRACK...

TRACK is SESSION:MODE:READ:PREGAP:ISRC:FILE. MODE 0 audio, 1, 2; READ 0 2048, 1 2336, 2 2352, 3 2368, 4 2448 bytes; PREGAP in
sectors at the beginning of FILE; ISRC may be empty.
"""
import argparse
import os
import struct

MARK = bytes([0, 0, 1, 0, 0, 0]) + b"\xff" * 4
SIZES = [2048, 2336, 2352, 2368, 2448]


def head(version, medium):
    name = b"C:\\disc.cdi"
    out = (bytes(4) if version < 4 else b"\1\0\0\0" + bytes(8)) + MARK + MARK + bytes([0x64, 5, 0x2A, 1])
    out += bytes([len(name)]) + name + bytes(11) + struct.pack("<I", 2) + bytes(4)
    # Medium and capacity came with version 3.
    return out + (struct.pack("<IIHH", 0x80000000, 360000, 0, medium) if version > 2 else bytes(4))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--version", type=int, default=4)
    parser.add_argument("--dvd", action="store_true")
    parser.add_argument("--catalog", default="")
    parser.add_argument("tracks", nargs="+")
    options = parser.parse_args()
    medium = 0x38 if options.dvd else 0x98
    sessions, body, start = {}, b"", 0
    for number, text in enumerate(options.tracks):
        session, mode, read, pregap, isrc, path = text.split(":", 5)
        with open(path, "rb") as file:
            data = file.read()
        count, pregap, mode, read = len(data) // SIZES[int(read)], int(pregap), int(mode), int(read)
        if sessions and session not in sessions:
            start += 6750 + 4500 if len(sessions) == 1 else 2250 + 4500
        out = head(options.version, medium) + struct.pack("<HII", 2, pregap, count - pregap)
        out += struct.pack("<IHIIII", 0, 0, mode, 0, len(sessions.get(session, [])), number)
        out += struct.pack("<II", start, count) + bytes(16)
        out += struct.pack("<II", read, 4 if mode else 0) + bytes(1) + struct.pack("<I", count) + bytes(4)
        out += isrc.encode().ljust(12, b"\0") + struct.pack("<I", 1 if isrc else 0)
        if options.version > 2:
            out += b"\0" + b"\xff" * 4 + struct.pack("<I", 0xFFFFFFFF) + bytes(78)
        sessions.setdefault(session, []).append(out)
        start += count
        body += data
    text = struct.pack("<H", len(sessions))
    for number, tracks in enumerate(sessions.values()):
        kind = 2 if ":2:" in options.tracks[0] else 1
        text += struct.pack("<H", len(tracks)) + b"".join(tracks)
        text += struct.pack("<I", kind) + bytes(8 if options.version == 2 else 9)
    text += struct.pack("<H", 0) + head(options.version, medium) + struct.pack("<I", start) + b"\4DISC" + bytes(9)
    text += options.catalog.encode().ljust(13, b"\0") + struct.pack("<II", 1 if options.catalog else 0, 0) + bytes(12)
    place = len(body) if options.version < 4 else len(text) + 8
    footer = struct.pack("<II", {2: 0x80000004, 3: 0x80000005, 4: 0x80000006}[options.version], place)
    with open(options.output, "wb") as file:
        file.write(body + text + footer)


main()
