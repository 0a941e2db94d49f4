import CanonicalJSON
import Digests
import DiscFiles
import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Makes an image of ISO 9660 with Rock Ridge and Joliet, and UDF where it is asked for, from a folder, through xorriso or
/// genisoimage, and reads every file back from each of its file systems.
package struct MakeISOJob {
  package struct Report: Sendable {
    package let image: FilePath
    package let size: UInt64
    package let sha256: Digest
    /// Names, sizes and digests of all files, as JSON.
    package let list: FilePath
    package let files: [File]
    /// Symbolic links and what else has no contents.
    package let others: Int
  }

  package struct File: Hashable, Sendable {
    package let path: String
    package let size: UInt64
    package let sha256: Digest
  }

  private let folder: FilePath
  private let output: FilePath
  private let volume: String
  /// Also UDF, over the same files.
  private let hasUDF: Bool

  /// - Parameters:
  ///   - volume: at most 32 characters of A to Z, 0 to 9 and `_`; other programs read no other.
  ///   - hasUDF: also UDF; genisoimage makes it then, since xorriso knows none.
  /// - Throws: `fileMissing`, `argumentInvalid`, `outputExists`, `destinationMissing`.
  package init(
    _ folder: FilePath, to output: FilePath, volume: String, hasUDF: Bool = false
  ) throws(EvidenceError) {
    guard Files.kind(folder) == .folder else {
      throw EvidenceError(.fileMissing, folder.string, "it is no folder")
    }
    let isPlain = volume.utf8.allSatisfy { byte in
      (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard isPlain, (1...32).contains(volume.utf8.count) else {
      throw EvidenceError(invalid: .volume, volume, "1 to 32 of A-Z, 0-9 and _")
    }
    guard output.stem != nil, Files.kind(output.parentFolder) == .folder else {
      throw EvidenceError(.destinationMissing, output.parentFolder.string)
    }
    for path in [output, Self.list(of: output), Self.partial(of: output)] where Files.exists(path) {
      throw EvidenceError(.outputExists, path.string)
    }
    self.folder = folder
    self.output = output
    self.volume = volume
    self.hasUDF = hasUDF
  }

  private static func list(of output: FilePath) -> FilePath { FilePath(output.string + ".files.json") }
  private static func partial(of output: FilePath) -> FilePath {
    FilePath(output.string + OutputFolder.partialSuffix)
  }

  /// Blocks until done.
  /// - Throws: `systemCall` where xorriso is not there or fails; `imageMalformed` where a file read back is not the one
  ///   of the folder; `writeFailed`. Nothing is left of the output then.
  package func perform() throws(EvidenceError) -> Report {
    let partial = Self.partial(of: output)
    do throws(EvidenceError) {
      return try make(partial)
    } catch {
      for path in [partial, Self.list(of: output)] { _ = Syscalls.unlink(path) }
      throw error
    }
  }

  private func make(_ partial: FilePath) throws(EvidenceError) -> Report {
    // A name that begins with a hyphen would be an option.
    let source = folder.isAbsolute ? folder : FilePath(".").pushing(folder)
    let target = partial.isAbsolute ? partial : FilePath(".").pushing(partial)
    let name = hasUDF ? "genisoimage" : "xorriso"
    guard let maker = ExternalProgram(named: name) else {
      throw EvidenceError(.systemCall, name, "it is not installed")
    }
    let outcome = try maker.run(
      (hasUDF ? ["-udf", "-input-charset", "utf-8"] : ["-as", "mkisofs"]) + [
        "-quiet", "-iso-level", "3", "-r", "-J", "-joliet-long", "-V", volume, "-o", target.string,
        source.string,
      ])
    guard outcome.status == 0 else {
      let line = outcome.text.split(separator: "\n").last { $0.contains(": ") || $0.contains(" : ") }
      throw EvidenceError(.systemCall, name, "it ended with \(outcome.status); \(line ?? "")")
    }
    let image = try ISOReader.open(partial)
    let (files, others) = try readBack(image, .rockRidge)
    try compare(files)
    if hasUDF {
      // Symbolic links are files without contents there.
      let inUDF = try readBack(image, .udf).files.filter { file in
        file.size > 0 || Files.kind(folder.pushing(FilePath(file.path)), followLinks: false) == .file
      }
      try compare(inUDF)
    }
    let digest = try FileDigests.of(partial)
    let list = Self.list(of: output)
    try DurableFile.write((json(files, digest).indentedText + "\n").utf8, to: list)
    try DurableFolder.syncFile(partial)
    try DurableFolder.rename(partial, to: output)
    return Report(
      image: output, size: digest.size, sha256: digest.sha256, list: list, files: files, others: others)
  }

  private func readBack(
    _ image: DiscImage, _ kind: DiscTree.Kind
  ) throws(EvidenceError) -> (files: [File], others: Int) {
    let choice = try DiscTreeChoice(image, name: output.string, DiscTreeChoice.Wish(kind: kind))
    var files: [File] = []
    var others = 0
    for entry in choice.chosen.entries {
      switch entry.kind {
      case .folder: continue
      case .symbolicLink, .other: others += 1
      case .file:
        var digest = StreamingDigest(.sha256)
        var size: UInt64 = 0
        let damage = try DiscFileContents(entry, on: choice.sectors).read { (piece) throws(EvidenceError) in
          digest.update(piece.span.bytes)
          size += UInt64(piece.count)
        }
        guard damage.isEmpty, entry.problems.isEmpty else {
          throw EvidenceError(.imageMalformed, entry.path, "it cannot be read back from the new image")
        }
        files.append(File(path: entry.path, size: size, sha256: digest.finish()))
      }
    }
    return (files, others)
  }

  /// Every file of the folder is in the image under its name, with its contents, and no other.
  private func compare(_ files: [File]) throws(EvidenceError) {
    var expected = Dictionary(uniqueKeysWithValues: files.map { (Array($0.path.utf8), $0) })
    var open: [(path: FilePath, name: String)] = [(folder, "")]
    while let next = open.popLast() {
      for name in try Files.names(in: next.path) {
        let path = next.path.appending(name)
        let full = next.name + name
        switch Files.kind(path, followLinks: false) {
        case .folder: open.append((path, full + "/"))
        case .file:
          let digest = try FileDigests.of(path)
          guard let file = expected.removeValue(forKey: Array(full.utf8)), file.sha256 == digest.sha256 else {
            throw EvidenceError(
              .imageMalformed, full, "what was read back from the new image is not the file of the folder")
          }
        default: continue
        }
      }
    }
    if let extra = expected.values.map(\.path).min() {
      throw EvidenceError(.imageMalformed, extra, "it is in the new image but not in the folder")
    }
  }

  private func json(_ files: [File], _ image: (size: UInt64, sha256: Digest)) -> JSONValue {
    .fields([
      "tool": .string("Exhibit \(ToolVersion.current)"), "volume": .string(volume),
      "image": .fields([
        "name": .string(output.lastComponent?.string ?? ""), "size": JSONValue(image.size),
        "sha256": .string(image.sha256.hex),
      ]),
      "files": .array(
        files.map {
          .fields(["path": .string($0.path), "size": JSONValue($0.size), "sha256": .string($0.sha256.hex)])
        }),
    ])
  }
}
