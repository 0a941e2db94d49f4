import Digests
import Evidence
import FormatKit
import Formats
import Glibc
import SystemIO
import SystemPackage

/// The tests every container format passes, over the same payload.
///
/// A format supplies a builder; the answer is a list of what is not as it should be, empty for a conforming
/// format, so that a test is one line: `#expect(try conformance.failures(…) == [])`.
package struct FormatConformance: Sendable {
  /// Writes an image of `payload` into `folder` (empty, exists) and gives the path of its first file.
  package typealias Builder =
    @Sendable (
      _ payload: [UInt8], _ sectorSize: Int, _ folder: FilePath
    ) throws -> FilePath

  /// Opens an image as one of bytes.
  package typealias Opener = @Sendable (FilePath, DiskOpening) throws -> any ImageReader

  private let format: FormatID
  /// Whether the container holds whole sectors only, a short last one being filled up with zeros.
  private let padsLastSector: Bool
  /// Digests that the container must store; whichever it stores must be right.
  private let storedDigests: [DigestAlgorithm]
  private let build: Builder
  private let open: Opener

  package init(
    _ format: FormatID, padsLastSector: Bool, storedDigests: [DigestAlgorithm] = [],
    open: @escaping Opener = { try Formats.openDisk($0, $1) }, build: @escaping Builder
  ) {
    self.format = format
    self.padsLastSector = padsLastSector
    self.storedDigests = storedDigests
    self.build = build
    self.open = open
  }

  /// Builds an image of the reference payload and compares everything a reader says of it.
  /// - Parameter length: bytes, positive; for a format that pads, any; otherwise whole sectors or not, as it may.
  package func failures(length: Int, sectorSize: Int) throws -> [String] {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: length, sectorSize: sectorSize)
    let path = try build(payload, sectorSize, folder.path)
    var contents = payload
    if padsLastSector, length % sectorSize != 0 {
      contents += [UInt8](repeating: 0, count: sectorSize - length % sectorSize)
    }
    let reader = try open(path, DiskOpening(sectorSize: UInt32(sectorSize)))
    var check = Check(reader: reader, contents: contents)
    check.facts(format: format, sectorSize: sectorSize, stored: storedDigests)
    try check.segments(in: folder.path, opened: path)
    try check.whole()
    try check.pieces()
    check.concurrently()
    for path in reader.segments {
      let other = try open(path, DiskOpening(sectorSize: UInt32(sectorSize)))
      check.expect(other.segments == reader.segments, "\(path.lastComponent?.string ?? "") opens another set")
    }
    return check.failures
  }

  private struct Check {
    let reader: any ImageReader
    let contents: [UInt8]
    var failures: [String] = []

    mutating func expect(_ condition: Bool, _ failure: String) {
      if !condition { failures.append(failure) }
    }

    mutating func facts(format: FormatID, sectorSize: Int, stored: [DigestAlgorithm]) {
      expect(reader.format.id == format, "format is \(reader.format.id)")
      expect(reader.geometry.length == UInt64(contents.count), "length is \(reader.geometry.length)")
      expect(
        reader.geometry.logicalSectorSize == UInt32(sectorSize),
        "sector size is \(reader.geometry.logicalSectorSize)")
      expect(reader.structureFindings.isEmpty, "findings: \(reader.structureFindings)")
      expect(reader.recordedUnreadable.isEmpty, "unreadable: \(reader.recordedUnreadable)")
      expect(reader.unitSize > 0, "unit size is \(reader.unitSize)")
      for algorithm in stored {
        expect(reader.storedDigests[algorithm] != nil, "stores no \(algorithm.title)")
      }
      for digest in reader.storedDigests.all {
        expect(
          digest == Digest.of(contents, digest.algorithm), "stored \(digest.algorithm.title) is \(digest)")
      }
    }

    mutating func segments(in folder: FilePath, opened: FilePath) throws {
      let names = reader.segments.compactMap { $0.lastComponent?.string }
      expect(reader.segments.first == opened, "first segment is \(names.first ?? "none")")
      expect(Set(names).count == names.count, "a segment is listed twice")
      let present = try TestFiles.names(in: folder).filter { $0.hasPrefix((opened.stem ?? "") + ".") }
      expect(Set(names) == Set(present), "segments are \(names), files are \(present)")
    }

    mutating func whole() throws { try compare(0..<contents.count) }

    /// Reads at every kind of border: of sectors, of units, of the contents, and places that are none.
    mutating func pieces() throws {
      var random = SeededRandom(seed: 11)
      let unit = reader.unitSize
      var ranges = [0..<0, 0..<1, contents.count..<contents.count, contents.count - 1..<contents.count]
      for edge in stride(from: unit, to: contents.count, by: unit).prefix(64) {
        ranges.append(edge - 1..<min(edge + 1, contents.count))
        ranges.append(max(0, edge - 700)..<min(edge + unit + 700, contents.count))
      }
      for _ in 0..<64 {
        let start = random.number(below: contents.count)
        ranges.append(start..<start + random.number(below: min(contents.count - start, 3 * unit) + 1))
      }
      for range in ranges { try compare(range) }
    }

    /// Four threads read different parts in different orders at the same time.
    mutating func concurrently() {
      let wrong = Monitor<[String]>([])
      let (reader, contents) = (reader, contents)
      func work(_ seed: UInt64) -> @Sendable () -> Void {
        return {
          var random = SeededRandom(seed: seed)
          for _ in 0..<24 {
            let start = random.number(below: contents.count)
            let end = start + random.number(below: min(contents.count - start, 1 << 20) + 1)
            if let failure = Self.difference(reader, contents, start..<end) {
              wrong.withLock { $0.append("thread \(seed): \(failure)") }
            }
          }
        }
      }
      let first = WorkerThread(name: "read-1", work(1))
      let second = WorkerThread(name: "read-2", work(2))
      let third = WorkerThread(name: "read-3", work(3))
      work(4)()
      first.join()
      second.join()
      third.join()
      failures += wrong.withLock { $0 }
    }

    private mutating func compare(_ range: Range<Int>) throws {
      if let failure = Self.difference(reader, contents, range) { failures.append(failure) }
    }

    private static func difference(
      _ reader: any ImageReader, _ contents: [UInt8], _ range: Range<Int>
    ) -> String? {
      do {
        let result = try ImageBytes.read(reader, range)
        if !result.damage.isEmpty { return "\(range): damage \(result.damage)" }
        return ImageBytes.equal(result.bytes, contents, range) ? nil : "\(range): other bytes"
      } catch {
        return "\(range): \(error)"
      }
    }
  }
}

/// Reads parts of images into arrays, for tests.
package enum ImageBytes {
  package static func read(
    _ reader: any ImageReader, _ range: Range<Int>
  ) throws -> (bytes: [UInt8], damage: [DamagedRange]) {
    // Filled with something, so that bytes nobody delivered show.
    var bytes = [UInt8](repeating: 0xa5, count: range.count)
    let damage = try bytes.withUnsafeMutableBytes { try reader.read(into: $0, at: UInt64(range.lowerBound)) }
    return (bytes, damage)
  }

  /// Whether `bytes` is that part of `contents`; quick in a debug build too.
  package static func equal(_ bytes: [UInt8], _ contents: [UInt8], _ range: Range<Int>) -> Bool {
    guard bytes.count == range.count, range.upperBound <= contents.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      contents.withUnsafeBytes { contents in
        guard let left = bytes.baseAddress, let right = contents.baseAddress else { return range.isEmpty }
        return memcmp(left, right + range.lowerBound, range.count) == 0
      }
    }
  }

  /// The whole contents, for images of a size that fits.
  package static func all(_ reader: any ImageReader) throws -> (bytes: [UInt8], damage: [DamagedRange]) {
    try read(reader, 0..<Int(reader.geometry.length))
  }
}

/// Numbers that look random and are the same each time (xorshift64*).
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  package mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }

  /// - Parameter bound: at least 1.
  package mutating func number(below bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
