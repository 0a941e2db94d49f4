import CanonicalJSON
import CourtReport
import Evidence
import SystemIO
import SystemPackage

/// A laboratory's own templates, style sheet, logo and words, over those that are shipped.
///
/// The folder holds any of `NAME.mustache` (see ``ReportTemplates/names``), `style.css`, `logo.png`, `logo.jpg`,
/// `logo.svg` and `strings.json`; other files are left alone.
struct TemplateFolder {
  private static let cap = 4 << 20
  private static let logos = ["logo.png": "image/png", "logo.jpg": "image/jpeg", "logo.svg": "image/svg+xml"]

  let templates: ReportTemplates
  let words: Wording

  /// - Parameter folder: `nil` for what is shipped.
  /// - Throws: `fileMissing`, `templateUnusable`.
  init(_ folder: FilePath?, language: Wording.Language) throws(EvidenceError) {
    guard let folder else {
      self.templates = try ReportTemplates()
      self.words = Wording(language)
      return
    }
    guard Files.kind(folder) == .folder else { throw EvidenceError(.fileMissing, folder.string, "no folder") }
    var overrides = ReportTemplates.Overrides()
    var words = Wording(language)
    for name in try Files.names(in: folder).sorted() {
      let path = folder.appending(name)
      if name.hasSuffix(".mustache") {
        let template = String(name.dropLast(".mustache".count))
        guard ReportTemplates.names.contains(template) else {
          throw EvidenceError(
            .templateUnusable, path.string, "one of \(ReportTemplates.names.joined(separator: ", "))")
        }
        overrides.templates[template] = try Self.text(path)
      } else if name == "style.css" {
        overrides.style = try Self.text(path)
      } else if name == "strings.json" {
        let json = try JSONValue(parsing: try Files.contents(path, cap: Self.cap), name: path.string)
        words = try Wording(json, base: language, name: path.string)
      } else if let mediaType = Self.logos[name] {
        overrides.logo = (mediaType, try Files.contents(path, cap: Self.cap))
      }
    }
    self.templates = try ReportTemplates(overrides)
    self.words = words
  }

  private static func text(_ path: FilePath) throws(EvidenceError) -> String {
    let bytes = try Files.contents(path, cap: cap)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw EvidenceError(.templateUnusable, path.string, "it is no UTF-8")
    }
    return text
  }
}

/// Writes the templates that are shipped, as a laboratory's own begin.
package struct TemplatesJob {
  private let folder: FilePath

  package init(_ folder: FilePath) { self.folder = folder }

  /// - Returns: names of the files.
  /// - Throws: `outputExists`.
  package func perform() throws(EvidenceError) -> [String] {
    if Files.kind(folder) != .folder { try DurableFolder.create(folder) }
    var names: [String] = []
    var files = ReportTemplates.files
    files += Wording.Language.allCases.map {
      ("strings-\($0.rawValue).json", Wording.json($0).indentedText + "\n")
    }
    for (name, text) in files {
      try DurableFile.write(Array(text.utf8), to: folder.appending(name))
      names.append(name)
    }
    try DurableFolder.sync(folder)
    return names
  }
}
