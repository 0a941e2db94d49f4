"""Gives the file of 777 bytes on a volume of UDF two named streams: its entry becomes an extended one with a folder of streams,
which lie in the place of a file that begins with SPACE, of four blocks or more.

udf-streams.py IMAGE
"""
import struct, sys

image = bytearray(open(sys.argv[1], "rb").read())
def number(at, size=4): return int.from_bytes(image[at:at + size], "little")
def tagged(kind): return [n for n in range(len(image) // 2048) if number(n * 2048, 2) == kind and sum(image[n * 2048:n * 2048 + 16]) - image[n * 2048 + 4] & 255 == image[n * 2048 + 4]]
start = number(tagged(5)[0] * 2048 + 188)
space = image.index(b"SPACE" * 100) // 2048

def tag(kind, body):
    head = bytearray(struct.pack("<HHBBHHHI", kind, 3, 0, 0, 0, 0, 0, 0))
    head[4] = sum(head) & 255
    return bytes(head) + body[16:]

def entry(kind, data, streams=None):
    block = bytearray(2048)
    block[27] = kind
    block[34:36] = struct.pack("<H", 3)
    block[44:48] = struct.pack("<I", 0o4 << 10 | 0o2 << 10)
    block[56:64] = struct.pack("<Q", len(data))
    for place, day in ((80, 4), (92, 2), (104, 1), (116, 3)): block[place:place + 12] = struct.pack("<HHBBBBBBBB", 0x1000, 2003, 5, day, 6, 7, 8, 9, 0, 0)
    if streams is not None: block[152:162] = struct.pack("<IIH", 2048, streams, 0)
    block[212:216] = struct.pack("<I", len(data))
    block[216:216 + len(data)] = data
    return tag(266, bytes(block))

def identifier(name, block, flags=0):
    text = b"\x08" + name.encode() if name else b""
    body = bytes(16) + struct.pack("<HBBIIH6xH", 1, flags, len(text), 2048, block, 0, 0) + text
    return tag(257, body + bytes(-len(body) % 4))

def put(sector, block): image[sector * 2048:(sector + 1) * 2048] = block
owner = [n for n in tagged(261) if number(n * 2048 + 56, 8) == 777][0]
folder, first, second = space, space + 1, space + 2
put(owner, entry(5, b"n" * 777, folder - start))
put(folder, entry(4, identifier("", folder - start, 10) + identifier("Zone", first - start) + identifier("*UDF Macintosh Resource Fork", second - start)))
put(first, entry(5, b"the first stream"))
put(second, entry(5, b"a fork"))
open(sys.argv[1], "wb").write(image)
