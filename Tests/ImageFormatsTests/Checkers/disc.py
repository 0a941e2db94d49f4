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



def channels(data):
    """96 bytes as a drive delivers them, bit i of every channel in byte i, as one channel after the other."""
    out = bytearray(96)
    for bit in range(96):
        for channel in range(8):
            if data[bit] & 0x80 >> channel:
                out[channel * 12 + bit // 8] |= 0x80 >> bit % 8
    return bytes(out)


def split(data, size):
    """Main and subchannel of sectors with P to W behind them."""
    if size != 2448:
        return data, None
    parts = [data[n:n + size] for n in range(0, len(data), size)]
    return b"".join(p[:2352] for p in parts), b"".join(channels(p[2352:]) for p in parts)


def bcd(byte):
    assert byte >> 4 < 10 and byte & 15 < 10, byte
    return (byte >> 4) * 10 + (byte & 15)


def nrg(path):
    """Big-endian chunks behind the sectors: CUEX and DAOX for each session, or ETN2."""
    data = open(path, "rb").read()
    assert data[-12:-8] == b"NER5"
    place = struct.unpack(">Q", data[-8:])[0]
    sectors, rest, chunks = data[:place], data[place:-12], []
    while rest:
        word, size = rest[:4], struct.unpack(">I", rest[4:8])[0]
        chunks.append((word.decode(), rest[8:8 + size]))
        assert len(chunks[-1][1]) == size
        rest = rest[8 + size:]
    assert chunks[-1] == ("END!", b"")
    counts = [struct.unpack(">I", c)[0] for w, c in chunks if w == "SINF"]
    packs = b"".join(c for w, c in chunks if w == "CDTX")
    catalog, sessions, end = None, [], 0
    modes = {0: 2048, 2: 2048, 3: 2336, 5: 2352, 6: 2352, 7: 2352, 0x0F: 2448, 0x10: 2448, 0x11: 2448}
    for (word, cue), (follower, dao) in zip(chunks, chunks[1:]):
        if word != "CUEX":
            continue
        assert follower == "DAOX" and len(cue) % 8 == 0 and struct.unpack(">I", dao[:4])[0] == len(dao)
        cues = [struct.unpack(">BBBBi", cue[n:n + 8]) for n in range(0, len(cue), 8)]
        assert cues[0][1] == 0 and cues[-1][1:3] == (0xAA, 1) and all(c[0] & 15 == 1 for c in cues)
        catalog = dao[4:17].rstrip(b"\0").decode() or None
        tracks = []
        for n in range((len(dao) - 22) // 42):
            record = dao[22 + 42 * n:64 + 42 * n]
            number = dao[20] + n
            size, mode = struct.unpack(">HB", record[12:15])
            assert modes[mode] == size
            own = [c for c in cues[1:-1] if bcd(c[1]) == number]
            index = {bcd(c[2]): c[4] for c in own}
            cut = struct.unpack(">QQQ", record[18:])
            assert cut[0] == end, "bytes of no track"
            end = cut[2]
            assert cut[1] - cut[0] == (index[1] - index[0]) * size
            gap, gap_sub = split(sectors[cut[0]:cut[1]], size)
            main, main_sub = split(sectors[cut[1]:cut[2]], size)
            tracks.append({
                "number": number, "first": index[0], "start": index[1], "control": own[0][0] >> 4,
                "indexes": {str(k): v for k, v in index.items() if k > 0}, "mode": mode,
                "isrc": record[:12].rstrip(b"\0").decode() or None, "gap": sha(gap), "main": sha(main),
                "sub": None if main_sub is None else sha(gap_sub + main_sub)})
            following = [c[4] for c in cues[1:] if c[1] == 0xAA or bcd(c[1]) > number][0]
            assert (cut[2] - cut[1]) == (following - index[1]) * size
        assert dao[21] == tracks[-1]["number"] and counts[len(sessions)] == len(tracks)
        sessions.append({"number": len(sessions) + 1, "kind": dao[18], "leadOut": cues[-1][4], "tracks": tracks})
    for word, body in chunks:
        if word != "ETN2":
            continue
        tracks, known = [], sum(len(s["tracks"]) for s in sessions)
        for n in range(0, len(body), 32):
            offset, size, mode, start, zero = struct.unpack(">QQIIQ", body[n:n + 32])
            assert offset == end and size % modes[mode] == 0 and zero == 0
            end += size
            # Addresses leave out the two seconds before each track but the first.
            start += 150 * len(tracks)
            main, main_sub = split(sectors[offset:end], modes[mode])
            tracks.append({
                "number": known + len(tracks) + 1, "first": start - 150, "start": start,
                "control": 0 if mode in (7, 0x10) else 4, "indexes": {"1": start}, "mode": mode, "isrc": None,
                "gap": sha(b""), "main": sha(main), "sub": None if main_sub is None else sha(main_sub)})
            tracks[-1]["end"] = start + size // modes[mode]
        assert counts[len(sessions)] == len(tracks)
        assert all(a["end"] <= b["first"] for a, b in zip(tracks, tracks[1:]))
        sessions.append({"number": len(sessions) + 1, "kind": 0, "leadOut": tracks[-1]["end"], "tracks": tracks})
    assert end == len(sectors)
    return {"catalog": catalog, "sessions": sessions, "packs": packs.hex()}


def mds(path):
    """Little-endian blocks at places that the header and the sessions name; sectors in the MDF."""
    data = open(path, "rb").read()
    assert data[:18] == b"MEDIA DESCRIPTOR\x01\x03"
    image = open(os.path.splitext(path)[0] + ".mdf", "rb").read()
    medium, count = struct.unpack("<HH", data[0x12:0x16])
    at = struct.unpack("<I", data[0x50:0x54])[0]
    sessions, end = [], 0
    for n in range(count):
        start, lead_out, number, blocks, others, first, last, _, table = struct.unpack(
            "<iiHBBHHII", data[at + 24 * n:at + 24 * n + 24])
        tracks, points = [], {}
        for k in range(blocks):
            b = data[table + 80 * k:table + 80 * k + 80]
            points[b[4]] = b
            if medium == 0 and not 1 <= b[4] <= 99:
                assert b[0] == 0
                continue
            extra, size = struct.unpack("<IH", b[0x0C:0x12])
            lba, offset, files, footer = struct.unpack("<iQII", b[0x24:0x38])
            assert files == 1 and b[0x38:] == bytes(24)
            name = struct.unpack("<II", data[footer:footer + 8])
            assert name[1] == 0 and data[name[0]:].split(b"\0")[0] == b"*.mdf"
            pregap, length = struct.unpack("<II", data[extra:extra + 8]) if medium == 0 else (0, extra)
            if medium == 0:
                assert lba == (b[9] * 60 + b[10]) * 75 + b[11] - 150
            assert (b[1] == 8) == (size == 2448) and offset == end
            end += length * size
            main, sub = split(image[offset:end], size)
            tracks.append({
                "number": b[4], "first": lba - pregap, "start": lba, "control": b[2] & 15, "indexes": {"1": lba},
                "mode": b[0], "isrc": None, "gap": sha(b""), "main": sha(main), "sub": None if sub is None else sha(sub)})
        assert others == blocks - len(tracks) and (first, last) == (tracks[0]["number"], tracks[-1]["number"])
        assert start == tracks[0]["first"]
        if medium == 0:
            assert lead_out == (points[0xA2][9] * 60 + points[0xA2][10]) * 75 + points[0xA2][11] - 150
        sessions.append({"number": number, "kind": points[0xA0][10] if medium == 0 else 0, "leadOut": lead_out,
                         "tracks": tracks})
    assert end == len(image)
    return {"catalog": None, "sessions": sessions, "packs": ""}


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](sys.argv[2]), sys.stdout)
