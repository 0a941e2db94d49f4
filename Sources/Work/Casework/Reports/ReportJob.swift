import CanonicalJSON
import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import SignedPDF
import Signing
import SystemIO
import SystemPackage
import Verification

/// Writes a report in one or several formats, signs each file, and records all of it.
package struct ReportJob {
  package struct Written: Sendable {
    package struct File: Sendable {
      package let format: ReportFormat
      package let path: FilePath
      package let sha256: Digest
      /// `nil` of what is not a PDF, or is not signed inside.
      package let inside: InsideSignature?
    }

    package let name: String
    /// As it is printed.
    package let number: String
    package let supersedes: String?
    /// The report was written before, in another language or format, or with other parts removed.
    package let isKnown: Bool
    package let items: [ItemNumber]
    package let files: [File]
    /// Why a PDF was asked for and is not among them; the page is. Or why it has no time stamp.
    package let failure: EvidenceError?
  }

  private let folder: CaseFolder
  private let request: ReportRequest
  private let identity: SigningIdentity

  /// - Parameter passphrase: asked where the signing key is encrypted.
  /// - Throws: `programMissing` where PDF is asked for and cannot be made; `itemUnknown`, `nothingAcquired`;
  ///   `passphraseWrong` …
  package init(
    _ request: ReportRequest, in folder: CaseFolder, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    self.folder = folder
    self.request = request
    if request.formats.contains(.pdf) { try PDFWriter.demandProgram() }
    let store = try CaseStore.openForReading(folder: folder.path)
    _ = try ContentsReader(store: store, folder: folder).itemRecords(request.items)
    try store.close()
    self.identity = try SigningFiles.identity(of: folder, passphrase: passphrase)
  }

  /// Blocks until every file is synced and recorded. Where one cannot be written, none is left.
  /// - Throws: `itemUnknown`, `outputExists`, `nothingAcquired`, `templateUnusable`, `reportFailed` …
  package func perform(
    progress: (ReportProgress) -> Void = { _ in }
  ) throws(EvidenceError) -> Written {
    // No other process chooses a number meanwhile.
    let lock = try FolderLock(waitingFor: folder.reports)
    defer { withExtendedLifetime(lock) {} }
    let store = try CaseStore.open(folder)
    var (contents, identity) = try ContentsReader(store: store, folder: folder).identified(
      request.items, made: Host.now(), removed: request.removed, texts: request.removedTexts,
      validation: request.validation)
    contents.fileName = try freeName(contents)
    let checked = request.formats.contains(.html) ? .html : request.formats.first
    contents.checkedFile = "\(contents.fileName).\((checked ?? .html).ending)"
    if request.formats.contains(.pdf), request.isSignedInside {
      contents.signedPDF = "\(contents.fileName).\(ReportFormat.pdf.ending)"
    }
    let renderer = try ReportRenderer(contents, request, in: folder)
    var outputs = try renderer.outputs(progress)
    var failure = outputs.lazy.compactMap(\.insteadBecause).first
    // The page once, where it was asked for too.
    if request.formats.contains(.html) { outputs.removeAll { $0.insteadBecause != nil } }
    let place = try OutputPlace(request.output, default: folder.reports, count: outputs.count, in: folder)
    var written = WrittenFiles()
    var files: [Written.File] = []
    var recorded: [RecordedReport.File] = []
    do throws(EvidenceError) {
      for output in outputs {
        var path = place.path(of: output.name)
        if output.insteadBecause != nil { path.extension = output.format.ending }
        let inside = try signedInside(output, renderer.words, at: contents.made)
        failure = failure ?? inside?.failure
        let bytes = inside?.bytes ?? output.bytes
        let signature = try self.identity.sign(bytes, at: contents.made)
        try written.write(bytes, to: path)
        try written.write(signature, to: SignedFile.signature(of: path))
        let resolved = try Syscalls.resolve(path).orThrow(.writeFailed, path.string)
        let sha256 = Digest.of(bytes, .sha256)
        files.append(
          Written.File(
            format: output.format, path: resolved, sha256: sha256, inside: inside.map(InsideSignature.init)))
        recorded.append(
          RecordedReport.File(
            path: folder.relative(resolved), sha256: sha256, signature: Digest.of(signature, .sha256)))
      }
      try DurableFolder.sync(place.folder)
      try store.recordReport(
        contents.name, number: identity.number, of: contents.items.map(\.record.number), files: recorded,
        supersedes: contents.supersedes, state: identity.state,
        details: .fields([
          "language": .string(request.language.rawValue),
          "templates": request.templates.map { .string($0.string) },
          "removed": request.removed.isEmpty
            ? nil : .array(request.removed.map(\.rawValue).sorted().map { .string($0) }),
        ]))
      try store.close()
    } catch {
      written.remove()
      throw error
    }
    return Written(
      name: contents.name, number: identity.number, supersedes: identity.supersedes,
      isKnown: identity.known != nil, items: contents.items.map(\.record.number), files: files,
      failure: failure)
  }

  /// A PDF with its author's signature inside; `nil` of anything else, and where it must not name its signer.
  private func signedInside(
    _ output: ReportRenderer.Output, _ words: Wording, at time: Timestamp
  ) throws(EvidenceError) -> PDFSignature.Signed? {
    guard output.format == .pdf, output.insteadBecause == nil, request.isSignedInside else { return nil }
    return try PDFSignature(output.bytes, name: output.name).add(
      by: identity, reason: words(.signatureOfAuthor), at: time, name: output.name,
      stamp: request.authority?.stamping)
  }

  /// What the names of the files begin with: the name of the report, its language where it is not English, whether
  /// parts are removed, and which writing it is where it was written so before.
  private func freeName(_ contents: ReportContents) throws(EvidenceError) -> String {
    var name = contents.name
    if request.language != .english { name += ".\(request.language.rawValue)" }
    if !request.removed.isEmpty { name += ".redacted" }
    let place = try OutputPlace(request.output, default: folder.reports, count: 1, in: folder).folder
    let acquisitions = contents.items.flatMap(\.acquisitions).map(\.name)
    let endings = request.formats.flatMap { format in
      [format.ending] + (format == .dfxml ? acquisitions.map { "\($0).\(format.ending)" } : [])
    }
    func isFree(_ name: String) -> Bool {
      endings.allSatisfy { ending in
        let path = place.appending("\(name).\(ending)")
        return ![path, SignedFile.signature(of: path)].contains { Files.exists($0) }
      }
    }
    var number = 1
    func numbered() -> String { number == 1 ? name : "\(name).rendering-\(number)" }
    while !isFree(numbered()) { number += 1 }
    return numbered()
  }
}

/// Files of one output that is whole or not there.
struct WrittenFiles {
  private var paths: [FilePath] = []

  mutating func write(_ bytes: [UInt8], to path: FilePath) throws(EvidenceError) {
    try DurableFile.write(bytes, to: path)
    paths.append(path)
  }

  /// Removes what was written: nothing refers to it yet.
  func remove() {
    for path in paths { _ = Syscalls.unlink(path) }
  }
}

/// Where the files of an output go.
struct OutputPlace {
  let folder: FilePath
  /// The one file, where a file was named.
  private let file: FilePath?

  /// - Parameters:
  ///   - output: a file, or an existing folder; `usual` where `nil`.
  ///   - count: of the files to write.
  init(
    _ output: FilePath?, default usual: FilePath, count: Int, in case: CaseFolder
  ) throws(EvidenceError) {
    guard let output else {
      folder = usual
      file = nil
      return
    }
    if Files.kind(output) == .folder {
      folder = output
      file = nil
    } else {
      guard count == 1 else {
        throw EvidenceError(
          invalid: .output, output.string, "\(count) files are made: name an existing folder")
      }
      let parent = output.removingLastComponent()
      folder = parent.isEmpty ? "." : parent
      file = output
    }
    guard !`case`.isAmongEvidence(path(of: "report")) else {
      throw EvidenceError(
        invalid: .output, output.string, "it would be inside the case's evidence folder")
    }
  }

  func path(of name: String) -> FilePath { file ?? folder.appending(name) }
}
