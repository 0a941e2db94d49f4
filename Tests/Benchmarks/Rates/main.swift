import CanonicalJSON
import Digests
import DiskWriters
import Evidence
import Formats
import Glibc
import SystemIO
import SystemPackage

// Measures what one thread needs for each step of the pipelines over one image, in milliseconds of its own CPU time,
// as one JSON object. Usage: exhibit-rates IMAGE E01-OF-IT SCRATCH-FOLDER

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
  Terminal.writeError("usage: exhibit-rates IMAGE E01 FOLDER\n")
  exit(ExitStatus.usage.rawValue)
}

nonisolated func threadMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
}

let blockSize = 16 << 20
let file = try OwnedDescriptor.openForReading(FilePath(arguments[1]))
let length = try file.fileSize()
let scratch = FilePath(arguments[3])
var rates: [String: JSONValue] = ["length": JSONValue(length)]

/// CPU time of `step` over the image, block by block; reading the image is not counted.
@MainActor func measure(_ name: String, _ step: (PageBuffer, UInt64) throws -> Void) throws {
  let buffer = PageBuffer(capacity: blockSize)
  var total = 0.0
  for offset in stride(from: 0, to: length, by: blockSize) {
    buffer.byteCount = try buffer.fill { memory in
      try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: memory[..<min(blockSize, Int(length - offset))]),
        at: offset)
    }
    let begun = threadMilliseconds()
    try step(buffer, offset)
    total += threadMilliseconds() - begun
  }
  rates[name] = JSONValue(Int64(total.rounded()))
}

let again = PageBuffer(capacity: blockSize)
try measure("read") { buffer, offset in
  _ = try again.fill { memory in
    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<buffer.byteCount]), at: offset)
  }
}
var md5 = StreamingDigest(.md5)
try measure("md5") { buffer, _ in md5.update(buffer.bytes) }
var sha1 = StreamingDigest(.sha1)
try measure("sha1") { buffer, _ in sha1.update(buffer.bytes) }
var sha256 = StreamingDigest(.sha256)
try measure("sha256") { buffer, _ in sha256.update(buffer.bytes) }
let both = ChunkedSHA256()
try measure("sha256WholeAndChunks") { buffer, _ in
  for start in stride(from: 0, to: buffer.byteCount, by: 1 << 20) {
    _ = both.append(chunk: buffer.bytes.extracting(start..<min(start + (1 << 20), buffer.byteCount)))
  }
}
try measure("chunkMD5") { buffer, _ in _ = ChunkMD5.digests(of: buffer.bytes, chunkSize: 1 << 20) }

try measure("chunkSHA256") { buffer, _ in _ = ChunkSHA256.digests(of: buffer.bytes, chunkSize: 1 << 20) }

let geometry = MediaGeometry(length: length)
for compression in [ImageCompression.fast, .best] {
  var options = EWFOptions()
  options.compression = compression
  let writer = try EWFImageWriter(
    folder: scratch, name: "rates-\(compression.rawValue)", geometry: geometry, options: options,
    blockSize: blockSize, blocksAtOnce: 2)
  try measure("encode-\(compression.rawValue)") { buffer, _ in _ = try writer.encode(buffer) }
  if compression == .fast {
    try measure("encodeAndWrite-fast") { buffer, _ in try writer.write(try writer.encode(buffer)) }
  }
  writer.abandon()
}
// Free memory of a virtual machine may be with its host: the first writing gets it back, the second one counts.
for _ in 0..<2 {
  let path = scratch.appending("rates.raw")
  let raw = try DurableFile(creating: path)
  try measure("write-raw") { buffer, offset in try raw.write(buffer.bytes, at: offset) }
  _ = Syscalls.unlink(path)
  try raw.close()
}

let reader = try Formats.openDisk(FilePath(arguments[2]))
let decoded = PageBuffer(capacity: blockSize)
try measure("decode") { buffer, offset in
  _ = try decoded.fill { memory in
    try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<buffer.byteCount]), at: offset)
  }
}
print(JSONValue.object(rates).canonicalText)
