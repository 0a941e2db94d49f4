import ArgumentParser
import DiskWriters
import Evidence

/// What can be said of an E01 that is to be written.
struct E01Options: ParsableArguments {
  @Option(help: "Compression: \(AcquireChoices.list(EWFCompression.self)).") var compression = "fast"
  @Option(help: "Largest segment, such as 1500MiB.") var segmentSize: String?
  @Option(help: "Sectors per chunk, a power of two from 16. Default: chosen from the size of the medium.")
  var sectorsPerChunk: UInt32?
  @Option(
    help: "Error granularity stated in the image, in sectors; unreadable sectors are filled one by one.")
  var errorGranularity: UInt32 = 1
  @Option(help: "Kind of medium: \(AcquireChoices.list(EWFMediaType.self)). Default: what the device says.")
  var mediaType: String?
  @Flag(help: "The source is a volume, not a whole device.") var logical = false
  @Option(help: "Hardware write blocker to name: \(AcquireChoices.list(EWFWriteBlocker.self)).")
  var writeBlocker: String?
  @Option(help: "Description for the header. Default: that of the item.") var description: String?
  @Option(help: "Notes for the header.") var notes: String?

  func options() throws(EvidenceError) -> EWFOptions {
    var options = EWFOptions()
    options.compression = try AcquireChoices.word(compression, "--compression")
    if let segmentSize { options.segmentSize = try ByteSize.parse(segmentSize, "--segment-size") }
    options.sectorsPerChunk = sectorsPerChunk
    guard errorGranularity > 0 else {
      throw EvidenceError(.argumentInvalid, "--error-granularity 0", "at least 1")
    }
    options.errorGranularity = errorGranularity
    if let mediaType { options.mediaType = try AcquireChoices.word(mediaType, "--media-type") }
    options.isPhysical = !logical
    if let writeBlocker { options.writeBlocker = try AcquireChoices.word(writeBlocker, "--write-blocker") }
    return options
  }
}
