import ArgumentParser
import DiskWriters
import Evidence
import FormatKit
import WriterKit

/// What can be said of an E01 that is to be written.
struct E01Options: ParsableArguments {
  private static let mediaTypes = MediaType.allCases.filter { $0 != .files }

  @Option(help: "Compression: \(AcquireChoices.compressions). Default: fast.") var compression: String?
  @Option(help: "Maximum segment size, e.g. 1500MiB.") var segmentSize: String?
  @Option(help: "Sectors per chunk, a power of two from 16. Default: by medium size.")
  var sectorsPerChunk: UInt32?
  @Option(
    help:
      "Error granularity stated in the image, in sectors. Exhibit always fills single sectors. Default: 1."
  )
  var errorGranularity: UInt32?
  @Option(
    help:
      "Media type: \(Self.mediaTypes.map(\.rawValue).joined(separator: ", ")). Default: as reported by the device."
  )
  var mediaType: String?
  @Flag(help: "Mark the source as a logical volume, not a physical device.") var logical = false
  @Option(help: "Description for the E01 header. Default: the item's description.") var description: String?
  @Option(help: "Notes; they stand in manifest, report and E01 header.") var notes: String?

  func settings() throws(EvidenceError) -> ImageSettings {
    var settings = ImageSettings()
    if let compression { settings.compression = try AcquireChoices.compression(compression) }
    if let segmentSize { settings.segmentSize = try ByteSize.parse(segmentSize, "--segment-size") }
    settings.sectorsPerChunk = sectorsPerChunk
    guard errorGranularity != 0 else {
      throw EvidenceError(.argumentInvalid, "--error-granularity 0", "at least 1")
    }
    settings.errorGranularity = errorGranularity
    if let mediaType {
      guard let type = Self.mediaTypes.first(where: { $0.rawValue == mediaType.lowercased() }) else {
        throw EvidenceError(
          .argumentInvalid, "--media-type \(mediaType)",
          "one of \(Self.mediaTypes.map(\.rawValue).joined(separator: ", "))")
      }
      settings.mediaType = type
    }
    if logical { settings.isLogical = true }
    return settings
  }
}
