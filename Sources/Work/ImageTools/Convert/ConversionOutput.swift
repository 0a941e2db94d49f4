import DiskWriters
import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage
import WriterKit

/// Name and form of an image to be written by a conversion.
struct ConversionOutput {
  let plan: any ImagePlan
  let format: Format
  let folder: FilePath
  /// File name without extension.
  let base: String
  /// The folder files are written to until they are complete.
  let partial: FilePath

  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`.
  init(_ request: ConversionRequest) throws(EvidenceError) {
    let output = request.output
    guard let name = output.lastComponent?.string, let stem = output.stem, !stem.isEmpty else {
      throw EvidenceError(.argumentInvalid, output.string, "names no file")
    }
    let byName = DiskWriters.plan(ending: output.extension ?? "", request.settings)
    let isNamed = byName != nil && (request.format == nil || request.format == byName?.format)
    guard let plan = isNamed ? byName : request.format.flatMap({ DiskWriters.plan($0, request.settings) }),
      let format = Formats.named(plan.format)
    else {
      let endings = DiskWriters.all.flatMap { $0.endings }.map { ".\($0)" }.joined(separator: ", ")
      throw EvidenceError(
        .argumentInvalid, output.string, "its ending names no format: \(endings) do",
        consider: [.to])
    }
    let idle = request.settings.given.subtracting(type(of: plan).settings)
    if let first = idle.min(by: { $0.rawValue < $1.rawValue }) {
      throw EvidenceError(invalid: first, "not for an image of the format \(format.title)")
    }
    self.plan = plan
    self.format = format
    self.folder = output.parentFolder
    // With a format that the ending does not name, the whole name is the base: `disk.v2` becomes `disk.v2.E01`, and a raw
    // image that is named as another `disk.E01.raw`.
    self.base = byName == nil || (!isNamed && plan.isPlain) ? name : stem
    self.partial = folder.appending(name + OutputFolder.partialSuffix)
    guard Files.kind(folder) == .folder else {
      throw EvidenceError(.destinationMissing, folder.string)
    }
    try checkNothingExists()
  }

  /// Nothing that belongs to such a set may be there, also a later segment: it would join the new set.
  private func checkNothingExists() throws(EvidenceError) {
    if Files.exists(partial) { throw EvidenceError(.outputExists, partial.string) }
    for name in try Files.names(in: folder) where plan.belongs(name, to: base) {
      throw EvidenceError(.outputExists, folder.appending(name).string)
    }
  }

  func create() throws(EvidenceError) { try DurableFolder.create(partial) }

  /// Moves complete files to their names; the first one last, because without it there is no set.
  func complete(_ files: [FilePath]) throws(EvidenceError) -> [FilePath] {
    let moves = files.map { (from: $0, to: folder.appending($0.lastComponent?.string ?? "")) }
    try DurableFolder.moveIntoPlace(moves, outOf: partial)
    return moves.map(\.to)
  }

  func remove() { try? DurableFolder.removeWithFiles(partial) }
}
