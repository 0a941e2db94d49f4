"""What a file says of a disc, read from the layout of its format alone: a second reader for the tests.

usage: disc.py FORMAT FILE        prints JSON: sessions with tracks, their indexes, and SHA-256 of what is stored from
index 1 (main) and of what lies before it (gap).
"""
import hashlib, json, os, struct, sys


def sha(data):
    return hashlib.sha256(data).hexdigest()


def crc(data):
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value ^ 0xFFFF


def ccd(path):
    """Windows INI; IMG of 2352 bytes a sector from 00:02:00, SUB of 96, channel by channel."""
    sections = {}
    name = None
    with open(path, newline="") as file:
        text = file.read()
    assert text.count("\n") == text.count("\r\n"), "line ends"
    for line in text.split("\r\n"):
        if line.startswith("["):
            name = line[1:-1]
            assert name not in sections, name
            sections[name] = {}
        elif line:
            key, value = line.split("=", 1)
            sections[name][key] = value
    stem = os.path.splitext(path)[0]
    image = open(stem + ".img", "rb").read()
    sub = open(stem + ".sub", "rb").read() if os.path.exists(stem + ".sub") else None
    assert len(image) % 2352 == 0 and (sub is None or len(sub) * 2352 == len(image) * 96)
    disc = sections["Disc"]
    entries = [sections["Entry %d" % n] for n in range(int(disc["TocEntries"]))]
    sessions = []
    for number in range(1, int(disc["Sessions"]) + 1):
        points = {int(e["Point"], 16): e for e in entries if int(e["Session"]) == number}
        for e in points.values():
            for kind in "AP":
                m, s, f = (int(e[kind + part]) for part in ["Min", "Sec", "Frame"])
                assert int(e[kind + "LBA"]) == (m * 60 + s) * 75 + f - (450150 if m >= 90 else 150)
        tracks = sorted(p for p in points if p < 100)
        assert tracks[0] == int(points[0xA0]["PMin"]) and tracks[-1] == int(points[0xA1]["PMin"])
        sessions.append({
            "number": number, "kind": int(points[0xA0]["PSec"]), "leadOut": int(points[0xA2]["PLBA"]),
            "tracks": [{"number": t, "start": int(points[t]["PLBA"]), "control": int(points[t]["Control"], 16)}
                       for t in tracks]})
    place = 0
    for session in sessions:
        base = 0 if session["number"] == 1 else session["tracks"][0]["start"]
        shift = place - base
        for n, track in enumerate(session["tracks"]):
            section = sections["TRACK %d" % track["number"]]
            index = {int(k[6:]): int(v) + base for k, v in section.items() if k.startswith("INDEX ")}
            assert index[1] == track["start"]
            track["first"] = base if n == 0 else index.get(0, track["start"])
            track["indexes"] = {str(k): v for k, v in index.items() if k > 0}
            track["isrc"] = section.get("ISRC")
            track["mode"] = int(section["MODE"])
            flags = section.get("FLAGS", "").split()
            assert [bool(track["control"] & bit) for bit in [2, 1, 8]] == [w in flags for w in ["DCP", "PRE", "4CH"]]
        ends = [t["first"] for t in session["tracks"][1:]] + [session["leadOut"]]
        for track, end in zip(session["tracks"], ends):
            cut = [(x + shift) * 2352 for x in [track["first"], track["start"], end]]
            track["gap"], track["main"] = sha(image[cut[0]:cut[1]]), sha(image[cut[1]:cut[2]])
            assert cut[2] <= len(image)
            if sub:
                track["sub"] = sha(sub[(track["first"] + shift) * 96:(end + shift) * 96])
        place = session["leadOut"] + shift
    assert place * 2352 == len(image), "sectors of no track"
    texts = sections.get("CDText", {"Entries": "0"})
    packs = b""
    for n in range(int(texts["Entries"])):
        pack = bytes.fromhex(texts["Entry %d" % n])
        packs += pack + struct.pack(">H", crc(pack))
    assert int(disc["CDTextLength"]) == len(packs)
    return {"catalog": disc.get("CATALOG"), "sessions": sessions, "packs": packs.hex()}


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](sys.argv[2]), sys.stdout)
