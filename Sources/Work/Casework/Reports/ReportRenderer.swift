import CanonicalJSON
import CaseFolders
import CourtReport
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Renders the contents of a report in the formats that are asked for.
struct ReportRenderer {
  struct Output {
    let format: ReportFormat
    /// Of the file.
    let name: String
    let bytes: [UInt8]
    /// Why it takes the place of the format that was asked for; `nil` where it is that.
    var insteadBecause: EvidenceError?
  }

  private let contents: ReportContents
  private let request: ReportRequest
  private let folder: CaseFolder
  private let templates: TemplateFolder

  init(_ contents: ReportContents, _ request: ReportRequest, in folder: CaseFolder) throws(EvidenceError) {
    self.contents = contents
    self.request = request
    self.folder = folder
    self.templates = try TemplateFolder(request.templates, language: request.language)
  }

  var words: Wording {
    var words = templates.words
    words.zone = request.zone
    return words
  }

  func outputs(_ progress: (ReportProgress) -> Void) throws(EvidenceError) -> [Output] {
    let document = CaseDocument(contents, words).document()
    return try Array(request.formats.indices).flatMapThrowing { index throws(EvidenceError) in
      let format = request.formats[index]
      var state = ReportProgress(done: index, count: request.formats.count, format: format)
      progress(state)
      return switch format {
      case .html: [output(format, try templates.templates.html(document))]
      case .text: [output(format, TextRendering.text(document))]
      case .json: [output(format, JSONRendering.json(contents).indentedText + "\n")]
      case .jsonld: [output(format, CASERendering.json(contents).indentedText + "\n")]
      case .pdf:
        [
          try pdf(try templates.templates.html(document)) {
            state.page = $0
            progress(state)
          }
        ]
      case .dfxml: dfxml()
      }
    }
  }

  private func output(_ format: ReportFormat, _ text: String) -> Output {
    Output(format: format, name: "\(contents.fileName).\(format.ending)", bytes: Array(text.utf8))
  }

  /// The page as PDF; where that takes too long, the page itself.
  private func pdf(_ html: String, eachPage: (Int) -> Void) throws(EvidenceError) -> Output {
    do throws(EvidenceError) {
      let bytes = try PDFWriter(in: try workFolder(), attachments: attachments()).pdf(
        html, note: { words(.cutText, words.number(UInt64($0))) }, eachPage: eachPage)
      return Output(format: .pdf, name: "\(contents.fileName).pdf", bytes: bytes)
    } catch  where error.code == .pageTooSlow {
      var page = output(.html, html)
      page.insteadBecause = error
      return page
    }
  }

  /// One document for each acquisition.
  private func dfxml() -> [Output] {
    let acquisitions = contents.items.flatMap(\.acquisitions)
    let documents = acquisitions.compactMap { acquisition in
      DFXMLDocument(acquisition, redaction: contents.redaction).map { (acquisition.name, $0.text) }
    }
    return documents.map { name, text in
      Output(
        format: .dfxml,
        name: documents.count == 1 ? "\(contents.fileName).dfxml" : "\(contents.fileName).\(name).dfxml",
        bytes: Array(text.utf8))
    }
  }

  /// The manifests and their signatures, where nothing is to be removed: they name people and paths.
  private func attachments() -> [FilePath] {
    guard contents.redaction.kinds.isEmpty else { return [] }
    return contents.items.flatMap(\.acquisitions).filter { $0.sealed != nil }.flatMap { acquisition in
      let place = folder.path.pushing(FilePath(acquisition.entry.acquisition.folder))
      let names = RecordNames(acquisition: acquisition.name)
      return [place.appending(names.manifest), place.appending(names.signature)]
    }
  }

  private func workFolder() throws(EvidenceError) -> FilePath {
    folder.reports.appending(".\(Host.newIdentifier())")
  }
}
