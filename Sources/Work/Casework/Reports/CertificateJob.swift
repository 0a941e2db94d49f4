import CaseFolders
import CaseStore
import CourtReport
import Evidence
import SystemIO
import SystemPackage

/// Drafts a declaration about an item for a qualified person to complete and sign.
package struct CertificateJob {
  package static let formats: [ReportFormat] = [.html, .pdf, .text]

  private let kind: CertificateKind
  private let folder: CaseFolder
  private let request: ReportRequest

  /// - Parameter request: of one item, in ``formats``.
  /// - Throws: `argumentInvalid`, `programMissing`.
  package init(
    _ kind: CertificateKind, _ request: ReportRequest, in folder: CaseFolder
  ) throws(EvidenceError) {
    self.kind = kind
    self.folder = folder
    self.request = request
    if let other = request.formats.first(where: { !Self.formats.contains($0) }) {
      throw EvidenceError(
        invalid: .format, other.rawValue,
        "a draft is \(Self.formats.map(\.rawValue).joined(separator: ", "))")
    }
    if request.formats.contains(.pdf) { try PDFWriter.demandProgram() }
  }

  /// Blocks until the files are synced. Nothing is signed and nothing recorded: a draft states nothing yet.
  /// - Returns: what was written.
  /// - Throws: `itemUnknown`, `nothingAcquired`, `outputExists` …
  package func perform() throws(EvidenceError) -> [FilePath] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let contents = try ContentsReader(store: store, folder: folder).contents(
      of: request.items, made: Host.now(), removed: request.removed, texts: request.removedTexts,
      validation: request.validation)
    try store.close()
    let templates = try TemplateFolder(request.templates, language: .english)
    let document = try CertificateDraft(kind, contents).document()
    let place = try OutputPlace(
      request.output, default: folder.reports, count: request.formats.count, in: folder)
    let name = freeName(contents.items[0].record.number, in: place.folder)
    var written = WrittenFiles()
    var paths: [FilePath] = []
    do throws(EvidenceError) {
      for format in request.formats {
        let bytes: [UInt8] =
          switch format {
          case .text: Array(TextRendering.text(document).utf8)
          case .pdf:
            try PDFWriter(in: folder.reports.appending(".\(Host.newIdentifier())"), attachments: []).pdf(
              try templates.templates.html(document))
          default: Array(try templates.templates.html(document).utf8)
          }
        let path = place.path(of: "\(name).\(format.ending)")
        try written.write(bytes, to: path)
        paths.append(try Syscalls.resolve(path).orThrow(.writeFailed, path.string))
      }
      try DurableFolder.sync(place.folder)
    } catch {
      written.remove()
      throw error
    }
    return paths
  }

  /// `001-fre-902-14-draft-1`, or the next number of which no file is there.
  private func freeName(_ item: ItemNumber, in place: FilePath) -> String {
    let names = sequence(first: 1) { $0 + 1 }.lazy.map { "\(item.fileName)-\(kind.rawValue)-draft-\($0)" }
    return names.first { name in
      Self.formats.allSatisfy { !Files.exists(place.appending("\(name).\($0.ending)")) }
    } ?? "\(item.fileName)-\(kind.rawValue)-draft"
  }
}
