"""Volumes of HFS+ with hard links, a symbolic link, and files compressed in their attribute and in their resource fork; and one
whose links lead nowhere and whose compression is another. Beside them, in `right`, what the files contain.

hfsplus.py FOLDER
"""
import os, random, struct, sys, zlib

# 4096 bytes a block: contents from block 7 on, the volume's own files from block 60 on.
BLOCK, NODE = 4096, 8192
u16, u32, u64 = (lambda n: struct.pack(">H", n)), (lambda n: struct.pack(">I", n)), (lambda n: struct.pack(">Q", n))
text = lambda s: u16(len(s)) + s.encode("utf-16be")
DATE = u32(3_500_000_000)

def fork(size=0, start=0):
    count = -(-size // BLOCK)
    return u64(size) + u32(BLOCK) + u32(count) + (u32(start) + u32(count) if count else bytes(8)) + bytes(56)

def node(kind, height, records, forward=0):
    body = bytearray(struct.pack(">IIBBHH", forward, 0, kind, height, len(records), 0))
    places = []
    for record in records:
        places.append(len(body))
        body += record + bytes(len(record) % 2)
    places.append(len(body))
    body += bytes(NODE - len(body) - 2 * len(places)) + b"".join(u16(p) for p in reversed(places))
    assert len(body) == NODE
    return bytes(body)

def tree(records, longest):
    depth = 1 if records else 0
    head = struct.pack(">HIIIIHHIIHIBBI", depth, depth, len(records), depth, depth, NODE, longest, 2, 1 - depth, 0, BLOCK, 0, 0xCF, 6) + bytes(64)
    used = bytes([0x80 | (0x40 if records else 0)]) + bytes(NODE - 14 - 106 - 128 - 8 - 1)
    return node(1, 0, [head, bytes(128), used]) + (node(0xFF, 1, records) if records else bytes(NODE))

def key(parent, name): return u16(6 + 2 * len(name)) + u32(parent) + text(name)
def thread(number, parent, name, kind): return key(number, "") + u16(kind) + u16(0) + u32(parent) + text(name)
def bsd(mode, flags=0, special=1): return u32(501) + u32(20) + bytes([0, flags]) + u16(mode) + u32(special)
def folder(parent, name, number, valence): return key(parent, name) + u16(1) + u16(0) + u32(valence) + u32(number) + DATE * 5 + bsd(0o40755) + bytes(40)
def file(parent, name, number, data, resource=None, mode=0o100644, flags=0, special=1, finder=bytes(8)):
    return key(parent, name) + u16(2) + u16(2) + u32(0) + u32(number) + DATE * 5 + bsd(mode, flags, special) + finder + bytes(24) + bytes(8) + data + (resource or fork())
def attribute(number, name, data):
    return u16(12 + 2 * len(name)) + u16(0) + u32(number) + u32(0) + text(name) + u32(0x10) + bytes(8) + u32(len(data)) + data

plain, linked, inline = b"plain\n", b"two names.\n", b"inside of the attribute\n"
small = b"compressed in the attribute, " * 40
large = random.Random(5).randbytes(65536) + b"large " * 22410 + b"1234"
assert len(large) == 200000
blocks = [b"\xff" + large[:65536]] + [zlib.compress(large[n:n + 65536]) for n in range(65536, len(large), 65536)]
table, place = struct.pack("<I", len(blocks)), 4 + 8 * len(blocks)
for block in blocks:
    table += struct.pack("<II", place, len(block))
    place += len(block)
resource = table + b"".join(blocks)
resource = u32(256) + u32(260 + len(resource)) + u32(4 + len(resource)) + u32(50) + bytes(240) + u32(len(resource)) + resource + bytes(24) + bytes.fromhex("001c0032000063 6d7066000000 0a0001ffff0000000000000000".replace(" ", ""))
decmpfs = lambda kind, size, rest=b"": b"fpmc" + struct.pack("<IQ", kind, size) + rest

def volume(name, kind=3, target=40):
    image = bytearray(BLOCK * 128)
    next_block = [7]
    def put(data):
        start = next_block[0]
        image[start * BLOCK:start * BLOCK + len(data)] = data
        next_block[0] += -(-len(data) // BLOCK)
        return fork(len(data), start)
    link = dict(mode=0o100444, finder=b"hlnkhfs+")
    private = "\0\0\0\0HFS+ Private Data"
    records = [folder(1, "Volume", 2, 8), thread(2, 1, "Volume", 3)]
    records += [file(2, "attribute", 20, fork(), flags=0x20), file(2, "fork", 21, fork(), put(resource), flags=0x20),
                file(2, "inline", 22, fork(), flags=0x20), file(2, "one", 23, fork(), special=target, **link), file(2, "plain", 24, put(plain)),
                file(2, "sym", 25, put(b"plain"), mode=0o120755, finder=b"slnkrhap"), file(2, "two", 26, fork(), special=target, **link),
                folder(2, private, 30, 1)]
    records += [thread(n, 2, title, 4) for n, title in ((20, "attribute"), (21, "fork"), (22, "inline"), (23, "one"), (24, "plain"), (25, "sym"), (26, "two"))]
    records += [thread(30, 2, private, 3), file(30, "iNode40", 40, put(linked), special=2), thread(40, 30, "iNode40", 4)]
    catalogue = tree(records, 516)
    attributes = tree([attribute(20, "com.apple.decmpfs", decmpfs(kind, len(small), zlib.compress(small))), attribute(21, "com.apple.decmpfs", decmpfs(4, len(large))),
                       attribute(22, "com.apple.decmpfs", decmpfs(1, len(inline), inline))], 266)
    place = 60
    def system(data):
        nonlocal place
        start = place
        image[start * BLOCK:start * BLOCK + len(data)] = data
        place += -(-len(data) // BLOCK)
        return fork(len(data), start)
    bitmap, extents, catalogue, attributes = system(b"\xff" * 16), system(tree([], 10)), system(catalogue), system(attributes)
    assert next_block[0] <= 60
    head = u16(0x482B) + u16(4) + u32(0x100) + b"10.0" + u32(0) + DATE * 4 + u32(8) + u32(2) + u32(BLOCK) + u32(128) + u32(0) + u32(0) + u32(BLOCK) * 2 + u32(100) + u32(1) + u64(1) + bytes(32)
    head += bitmap + extents + catalogue + attributes + fork()
    assert len(head) == 512
    image[1024:1536] = image[-1024:-512] = head
    open(name, "wb").write(image)

os.chdir(sys.argv[1])
volume("plus.iso")
volume("broken.iso", kind=8, target=77)
os.mkdir("right")
for name, data in (("plain", plain), ("linked", linked), ("inline", inline), ("attribute", small), ("fork", large)): open("right/" + name, "wb").write(data)
