import CaseRecords
import CaseStore
import Evidence
import SystemIO
import SystemPackage

/// Something in a folder that an archive keeps, before the catalogue is asked whether it knows it.
struct ScannedHolding {
  let kind: HoldingKind
  let format: String?
  /// The folder it lies in; of a case or a bag itself.
  let folder: FilePath
  /// Base name of its first file or its folder.
  let name: String
  /// Relative to ``folder``, its first file first.
  let files: [ScannedFile]
  /// What it says of its own contents, such as the digests in an E01.
  var references: [NewReference] = []

  /// Where it lies: its folder, or its first file.
  var path: FilePath { isFolder ? folder : folder.appending(name) }
  var isFolder: Bool { kind == .case || kind == .bag }
  var size: UInt64 { files.reduce(0) { $0 &+ $1.size } }

  var recorded: HoldingFiles {
    HoldingFiles(files.map { .init(name: $0.name, size: $0.size, modified: $0.modified) })
  }

  /// - Throws: `fileMissing`, `readFailed`.
  func fingerprint() throws(EvidenceError) -> Digest {
    try Fingerprint.of(files.map { (folder.pushing(FilePath($0.name)), $0.size) })
  }

  func new(medium: String?) throws(EvidenceError) -> NewHolding {
    var holding = NewHolding(
      kind: kind, format: format, name: name, path: path.string, medium: medium, size: size, files: recorded,
      fingerprint: try fingerprint())
    holding.references = references
    return holding
  }
}
