import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage
import Verification

/// What an image says of itself, whatever it is an image of.
package enum ImageInspection: Sendable {
  case disk(ImageInfo)
  case disc(DiscInfo)

  package var exitStatus: ExitStatus {
    switch self {
    case .disk(let info): info.exitStatus
    case .disc(let info): info.exitStatus
    }
  }

  /// Opens the image and tells everything about it. Blocks until done.
  /// - Parameters:
  ///   - format: what the file is taken for; what it is itself where `nil`.
  ///   - sectorSize: bytes per sector of a raw image, which does not say it.
  ///   - readsData: whether all stored data is read and checked against its own codes.
  ///   - progress: bytes done and bytes in all; only where data is read.
  /// - Throws: `argumentInvalid`, `fileMissing`, `formatUnreadable`, `formatUnknown`, `imageMalformed`,
  ///   `sheetMalformed`, `segmentMissing`, `readFailed`, `interrupted`.
  package static func perform(
    _ path: FilePath, as format: FormatID? = nil, sectorSize: UInt32 = 512, readsData: Bool = false,
    stop: StopFlag = StopFlag(), progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> ImageInspection {
    let kind: Format? = if let format { Formats.named(format) } else { try Formats.identify(path) }
    if format == nil, let refusal = kind?.refusal(of: path) { throw refusal }
    guard kind?.contents == .disc else {
      let job = try InfoJob(path, as: kind?.id, sectorSize: sectorSize, readsData: readsData, stop: stop)
      return .disk(try job.perform(progress: progress))
    }
    return .disc(
      try DiscInfoJob(path, format: kind?.id, readsData: readsData, stop: stop).perform(progress: progress))
  }
}
