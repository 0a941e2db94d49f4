import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Images by `ewfacquire`, which is not ours.
struct EWFAcquire: Sendable, CustomTestStringConvertible {
  var format = "encase6"
  var compression = "fast"
  var sectorsPerChunk = 64
  var segmentSize = 1 << 30
  var extra: [String] = []

  var testDescription: String { "\(format) \(compression) \(sectorsPerChunk)" }

  struct Failure: Error { let output: String }

  /// Makes `image.E01` (or `.e01`, `.s01`) of `payload` in `folder`.
  func build(_ payload: [UInt8], sectorSize: Int, folder: FilePath) throws -> FilePath {
    let source = folder.appending("source")
    try TestFiles.write(payload, to: source)
    let result = try Tool.run(
      "ewfacquire",
      [
        "-u", "-f", format, "-c", compression, "-b", "\(sectorsPerChunk)", "-P", "\(sectorSize)", "-S",
        "\(segmentSize)", "-d", "sha1", "-t", "image",
      ] + extra + ["source"], in: folder, environment: ["TZ": "UTC"])
    guard result.status == 0 else { throw Failure(output: result.output + result.errors) }
    try FileManager.default.removeItem(atPath: source.string)
    let suffix = format == "smart" ? "s01" : format == "ewf" || format == "ewfx" ? "e01" : "E01"
    return folder.appending("image.\(suffix)")
  }
}
