import DiskWriters
import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// Name and form of an image to be written by a conversion.
struct ConversionOutput {
  let format: ImageFormat
  let folder: FilePath
  /// File name without extension.
  let base: String
  /// Name of a raw image in one file.
  let rawName: String
  let splitSize: UInt64?
  /// The folder files are written to until they are complete.
  let partial: FilePath

  /// Largest file of a split raw image where none is given: what every file system holds.
  private static let usualSplit: UInt64 = 2 << 30
  private static let rawEndings = ["raw", "dd", "img", "bin"]

  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`.
  init(_ request: ConversionRequest) throws(EvidenceError) {
    let output = request.output
    let ending = output.extension?.lowercased() ?? ""
    guard let name = output.lastComponent?.string, let stem = output.stem, !stem.isEmpty else {
      throw EvidenceError(.argumentInvalid, output.string, "names no file")
    }
    let byName: ImageFormat? =
      ending == "e01" ? .e01 : ending == "001" || Self.rawEndings.contains(ending) ? .raw : nil
    guard let format = request.format ?? byName else {
      throw EvidenceError(
        .argumentInvalid, output.string, "its ending names no format: .E01, .raw, .dd, .img and .001 do",
        consider: [.to])
    }
    guard format == .raw || request.splitSize == nil else {
      throw EvidenceError(invalid: .split, "for raw images, not for an E01", consider: [.segmentSize])
    }
    guard format == .e01 || (request.segmentSize == nil && request.compression == nil) else {
      throw EvidenceError(
        invalid: request.segmentSize == nil ? .compression : .segmentSize, "for an E01, not for raw images",
        consider: request.segmentSize == nil ? [] : [.split])
    }
    if let size = request.splitSize, size < RawWriter.smallestSplit {
      throw EvidenceError(
        invalid: .split, "\(size)", "at least \(HumanText.size(RawWriter.smallestSplit))")
    }
    self.format = format
    self.folder = output.parentFolder
    // With a format that the ending does not name, the whole name is the base: `disk.v2` becomes `disk.v2.E01`.
    self.base = byName == nil ? name : stem
    self.rawName = byName == .raw ? name : "\(name).raw"
    self.splitSize = request.splitSize ?? (format == .raw && ending == "001" ? Self.usualSplit : nil)
    self.partial = folder.appending(name + OutputFolder.partialSuffix)
    guard Files.kind(folder) == .folder else {
      throw EvidenceError(.destinationMissing, folder.string)
    }
    try checkNothingExists()
  }

  /// Nothing that belongs to such a set may be there, also a later segment: it would join the new set.
  private func checkNothingExists() throws(EvidenceError) {
    if Files.exists(partial) { throw EvidenceError(.outputExists, partial.string) }
    for name in try Files.names(in: folder) where belongs(name) {
      throw EvidenceError(.outputExists, folder.appending(name).string)
    }
  }

  private func belongs(_ name: String) -> Bool {
    if format == .raw, splitSize == nil { return name == rawName }
    guard name.hasPrefix(base + ".") else { return false }
    let suffix = Array(name.dropFirst(base.count + 1).utf8)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let isDecimal = suffix.allSatisfy { digits.contains($0) }
    if format == .raw { return suffix.count >= 3 && suffix.count <= 6 && isDecimal }
    guard suffix.count == 3, (UInt8(ascii: "E")...UInt8(ascii: "Z")).contains(suffix[0]) else { return false }
    let isNumber = suffix[0] == UInt8(ascii: "E") && suffix[1...].allSatisfy { digits.contains($0) }
    return isNumber || suffix.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }

  /// Name that a file of the partial folder gets.
  private func finalName(of file: FilePath) -> String {
    format == .raw && splitSize == nil ? rawName : file.lastComponent?.string ?? rawName
  }

  func create() throws(EvidenceError) { try DurableFolder.create(partial) }

  /// Moves complete files to their names; the first one last, because without it there is no set.
  func complete(_ files: [FilePath]) throws(EvidenceError) -> [FilePath] {
    let moves = files.map { (from: $0, to: folder.appending(finalName(of: $0))) }
    try DurableFolder.moveIntoPlace(moves, outOf: partial)
    return moves.map(\.to)
  }

  func remove() { try? DurableFolder.removeWithFiles(partial) }
}
