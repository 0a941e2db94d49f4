import CanonicalJSON
import Evidence
import OpticalDisc
import SystemIO
import WriterKit

/// A raw image: the bytes of the medium in one file, or split.
package struct RawPlan: ImagePlan {
  package static let format = FormatID.raw
  package static let settings: Set<RequestField> = [.split]

  /// Largest file in bytes; one file where `nil`.
  package let split: UInt64?
  /// How the name of a single file ends; `nil`: `raw`, or `bin` where it holds the sectors of a disc.
  private let ending: String?

  /// Largest file where a name such as `disk.001` asks for a split image: what every file system holds.
  private static let usualSplit: UInt64 = 2 << 30
  package static let endings = ["raw", "dd", "img", "ima", "bin", splitEnding]
  private static let splitEnding = "001"

  package init(split: UInt64?) {
    self.split = split
    self.ending = nil
  }

  package init(_ settings: ImageSettings) { self.init(split: settings.split) }

  package init?(ending: String, _ settings: ImageSettings) {
    guard Self.endings.contains(ending.lowercased()) else { return nil }
    self.split = settings.split ?? (ending == Self.splitEnding ? Self.usualSplit : nil)
    self.ending = ending == Self.splitEnding ? nil : ending
  }

  package var isPlain: Bool { split == nil }
  package var canOverflow: Bool { split != nil }
  package func largestSize(of length: UInt64, disc: Disc?) -> UInt64 { length }
  package func largestFile(of length: UInt64, disc: Disc?) -> UInt64 { min(length, split ?? length) }

  package func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError) {
    guard let split else { return }
    guard split >= RawWriter.smallestSplit, split % UInt64(geometry.logicalSectorSize) == 0 else {
      throw EvidenceError(
        invalid: .split, "\(split)",
        "at least \(HumanText.size(RawWriter.smallestSplit)), and a multiple of \(geometry.logicalSectorSize) bytes"
      )
    }
  }

  package func firstFile(of name: String, isDisc: Bool) -> String {
    RawWriter.name(name, 1, isSplit: split != nil, ending(isDisc: isDisc))
  }

  package func belongs(_ file: String, to name: String) -> Bool {
    guard split != nil else { return file == firstFile(of: name, isDisc: false) }
    guard file.hasPrefix(name + ".") else { return false }
    let suffix = file.dropFirst(name.count + 1)
    return (3...6).contains(suffix.count) && suffix.allSatisfy { $0.isASCII && $0.isNumber }
  }

  package func begin(_ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try RawWriter(
      folder: place.folder, base: place.name, sectorSize: place.geometry.logicalSectorSize,
      segmentSize: split,
      ending: ending(isDisc: place.origin.isDisc), overflow: place.overflow)
  }

  package func resume(_ checkpoint: JSONValue, _ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try RawWriter(
      resuming: checkpoint, folder: place.folder, base: place.name,
      sectorSize: place.geometry.logicalSectorSize, segmentSize: split,
      ending: ending(isDisc: place.origin.isDisc), overflow: place.overflow)
  }

  package func keptFiles(
    _ checkpoint: JSONValue, of name: String, isDisc: Bool
  ) throws(EvidenceError) -> [KeptFile] {
    try RawWriter.keptFiles(checkpoint, base: name, isSplit: split != nil, ending(isDisc: isDisc))
  }

  private func ending(isDisc: Bool) -> String {
    ending ?? (isDisc ? RawWriter.discEnding : RawWriter.ending)
  }

  // MARK: As the journal keeps it

  package var stored: [String: JSONValue] { split.map { ["splitSize": JSONValue($0)] } ?? [:] }

  package init(stored object: inout StrictObject) throws(EvidenceError) {
    self.init(split: try object.optionalQuantity("splitSize"))
  }
}
