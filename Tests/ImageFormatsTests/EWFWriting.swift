import Digests
import DiskWriters
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// What a writer says of the files it completed.
enum WrittenFiles {
  /// Expects sizes and, where there are any, digests of what the files hold.
  static func expect(_ files: [WrittenFile], areDigested: Bool) throws {
    for file in files {
      let bytes = try TestFiles.read(file.path)
      #expect(file.size == UInt64(bytes.count), "\(file.path)")
      #expect(file.sha256 == (areDigested ? Digest.of(bytes, .sha256) : nil), "\(file.path)")
    }
  }
}

/// Images by the writer under test.
struct EWFWriting: Sendable, CustomTestStringConvertible {
  var options = EWFOptions()
  /// Sectors the medium did not give.
  var unreadable: [SectorRange] = []

  init(
    _ compression: ImageCompression = .fast, sectorsPerChunk: UInt32? = nil,
    segmentSize: UInt64 = EWFOptions.defaultSegmentSize
  ) {
    options.compression = compression
    options.sectorsPerChunk = sectorsPerChunk
    options.segmentSize = segmentSize
  }

  var testDescription: String {
    "\(options.compression) \(options.sectorsPerChunk ?? 0) \(options.segmentSize)"
  }

  func with(_ change: (inout EWFOptions) -> Void) -> EWFWriting {
    var copy = self
    change(&copy.options)
    return copy
  }

  static let blockSize = 16 << 20

  func writer(length: Int, sectorSize: Int = 512, folder: FilePath) throws -> EWFImageWriter {
    try EWFImageWriter(
      folder: folder, name: "image",
      geometry: MediaGeometry(length: UInt64(length), logicalSectorSize: UInt32(sectorSize)),
      options: options,
      blockSize: Self.blockSize, blocksAtOnce: 2)
  }

  /// Writes `payload` in blocks, the last one padded to a whole sector, without completing the image.
  static func write(_ payload: [UInt8], sectorSize: Int = 512, to writer: EWFImageWriter) throws {
    for start in stride(from: 0, to: payload.count, by: blockSize) {
      let bytes = payload[start..<min(start + blockSize, payload.count)]
      let padding = (sectorSize - bytes.count % sectorSize) % sectorSize
      let block = PageBuffer(capacity: bytes.count + padding)
      block.fill { memory in
        memory.copyBytes(from: bytes)
        for index in bytes.count..<memory.count { memory[index] = 0 }
      }
      block.byteCount = bytes.count
      block.paddingByteCount = padding
      try writer.write(try writer.encode(block))
    }
  }

  /// Makes `image.E01` … of `payload`.
  /// - Returns: the files of the set.
  func files(_ payload: [UInt8], sectorSize: Int = 512, folder: FilePath) throws -> [FilePath] {
    let writer = try writer(length: payload.count, sectorSize: sectorSize, folder: folder)
    try Self.write(payload, sectorSize: sectorSize, to: writer)
    let padded = Self.padded(payload, sectorSize: sectorSize)
    let digests = DigestSet([.md5, .sha1].map { Digest.of(padded, $0) })
    let files = try writer.finish(ImageClosing(digests: digests, unreadable: unreadable))
    try WrittenFiles.expect(files, areDigested: true)
    return files.map(\.path)
  }

  /// As above; the first file alone.
  func build(_ payload: [UInt8], sectorSize: Int = 512, folder: FilePath) throws -> FilePath {
    try #require(files(payload, sectorSize: sectorSize, folder: folder).first)
  }

  static func padded(_ payload: [UInt8], sectorSize: Int) -> [UInt8] {
    payload + [UInt8](repeating: 0, count: (sectorSize - payload.count % sectorSize) % sectorSize)
  }
}

/// What the tools of libewf say of an image.
extension EWFTools {
  /// The lines of `ewfinfo`, names and values: `["Case number": "2026-0142", …]`.
  static func info(_ path: FilePath) throws -> [String: String] {
    let result = try Tool.run("ewfinfo", [path.string], environment: ["TZ": "UTC"])
    try #require(result.status == 0, "\(result.output)\(result.errors)")
    var values: [String: String] = [:]
    for line in result.output.split(separator: "\n") where line.hasPrefix("\t") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == "\t" }
      values[String(line[..<colon].dropFirst())] = String(value)
    }
    return values
  }

  static func verify(_ path: FilePath) throws -> ToolResult {
    try Tool.run("ewfverify", ["-q", "-d", "sha1", path.string])
  }
}
