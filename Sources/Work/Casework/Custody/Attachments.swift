import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// The photographs and documents of a case: files named by the SHA-256 of their contents.
package struct Attachments {
  /// Most bytes of one file.
  package static let largestFile = 256 << 20

  let folder: CaseFolder

  /// Copies files into the case; one that lies there already is not written again.
  ///
  /// A file nothing refers to may be left where what follows fails; a later attempt uses it.
  /// - Throws: `fileMissing`, `fileTooLarge`, `destinationFull` …
  func store(
    _ paths: [FilePath], as kind: AttachmentRecord.Kind
  ) throws(EvidenceError) -> [AttachedFile] {
    try paths.mapThrowing { path throws(EvidenceError) in
      guard Files.kind(path) == .file, let name = path.lastComponent?.string else {
        throw EvidenceError(.fileMissing, path.string, Files.exists(path) ? "it is no file" : "")
      }
      let contents = try Files.contents(path, cap: Self.largestFile)
      let file = RecordedFile(
        name: name, size: UInt64(contents.count), sha256: Digest.of(contents, .sha256))
      try write(contents, of: file)
      return AttachedFile(kind: kind, file: file)
    }
  }

  private func write(_ contents: [UInt8], of file: RecordedFile) throws(EvidenceError) {
    if !Files.exists(folder.attachments) {
      do throws(EvidenceError) {
        try DurableFolder.create(folder.attachments)
        try DurableFolder.sync(folder.path)
      } catch  where error.code == .outputExists {
        // Another process was quicker.
      }
    }
    let path = self.path(of: file.sha256)
    if Files.exists(path), problem(of: file.sha256, size: file.size) == nil { return }
    // A file of this name and other contents is damaged: the right ones replace it.
    try DurableFile.replace(path, with: contents)
  }

  func path(of sha256: Digest) -> FilePath { folder.attachments.appending(sha256.hex) }

  /// What is wrong with a file as it lies there; `nil` where nothing is.
  private func problem(of sha256: Digest, size: UInt64) -> Finding? {
    let path = path(of: sha256)
    let subject = folder.relative(path)
    guard Files.exists(path) else {
      return Finding(.attachmentMissing, subject: subject, expected: "\(size) bytes", observed: "no file")
    }
    let observed = (try? FileDigests.of(path))?.sha256
    return observed == sha256
      ? nil
      : Finding(
        .attachmentMismatch, subject: subject, expected: "SHA-256 \(sha256)",
        observed: observed.map { "SHA-256 \($0)" } ?? "not readable")
  }

  /// Compares attachments with their records.
  /// - Parameter ofWholeCase: `records` are all there are; what none of them names is noted.
  func findings(_ records: [AttachmentRecord], ofWholeCase: Bool) -> [Finding] {
    var known: Set<String> = []
    var findings: [Finding] = []
    for file in records.map(\.file) where known.insert(file.sha256.hex).inserted {
      if let problem = problem(of: file.sha256, size: file.size) { findings.append(problem) }
    }
    guard ofWholeCase else { return findings }
    for name in (try? Files.names(in: folder.attachments)) ?? [] where !known.contains(name) {
      findings.append(
        Finding(.fileUnlisted, .note, subject: folder.relative(folder.attachments.appending(name))))
    }
    return findings
  }
}
