import Evidence
internal import Mustache

/// The templates, the style sheet, the logo and the words a report is set with: those that are shipped, with what a
/// laboratory puts in their place.
package struct ReportTemplates: Sendable {
  /// What a laboratory's folder holds, by the part that is replaced.
  package struct Overrides: Sendable {
    /// Mustache texts by the name of the template.
    package var templates: [String: String] = [:]
    package var style: String?
    /// Media type and contents.
    package var logo: (mediaType: String, bytes: [UInt8])?

    package init() {}
  }

  /// Names of the templates that are shipped.
  package static let names = PageTemplates.all.keys.sorted()

  /// What is shipped, by file name, as a laboratory's folder begins.
  package static var files: [(name: String, text: String)] {
    PageTemplates.all.sorted { $0.key < $1.key }.map { ("\($0.key).mustache", $0.value) }
      + [("style.css", PageStyle.text + "\n")]
  }

  private let library: MustacheLibrary
  private let style: String
  private let logo: String?

  /// - Throws: `templateUnusable` for a template that is none.
  package init(_ overrides: Overrides = Overrides()) throws(EvidenceError) {
    // Guarded by a lock in the library; the same each time.
    MustacheContentTypes.register(ReportText(), named: "REPORT")
    var library = MustacheLibrary()
    for (name, shipped) in PageTemplates.all.sorted(by: { $0.key < $1.key }) {
      do {
        let text = overrides.templates[name] ?? shipped
        try library.register("{{% CONTENT_TYPE:REPORT}}\n" + text, named: name)
      } catch {
        throw EvidenceError(.templateUnusable, "\(name).mustache", "\(error)")
      }
    }
    self.library = library
    self.style = overrides.style ?? PageStyle.text
    self.logo = overrides.logo.map { "data:\($0.mediaType);base64,\(Base64.text($0.bytes))" }
  }

  /// A document as one self-contained HTML page: no script, no font, no file beside it.
  /// - Throws: `reportFailed`.
  package func html(_ document: ReportDocument) throws(EvidenceError) -> String {
    let page = Page(
      language: document.language, title: document.title,
      runningHead: PageStyle.quoted(document.runningHead), laboratory: document.laboratory,
      draftNotice: document.draftNotice, caption: document.caption, sections: document.sections,
      colophon: document.colophon, pageWord: document.pageWords.page, pageOfWord: document.pageWords.of,
      style: style, logo: logo)
    guard let text = library.render(page, withTemplate: "page") else {
      throw EvidenceError(.reportFailed, "page.mustache", "it was not rendered")
    }
    return text
  }

  /// What the template of the page sees.
  private struct Page {
    let language: String
    let title: String
    /// As characters of a style sheet.
    let runningHead: String
    let laboratory: String?
    let draftNotice: String?
    let caption: [ReportDocument.Fact]
    let sections: [ReportDocument.Section]
    let colophon: String
    let pageWord: String
    let pageOfWord: String
    let style: String
    let logo: String?
  }
}

/// Text as part of an HTML page.
struct ReportText: MustacheContentType {
  func escapeText(_ text: String) -> String { Markup.escape(text) }
}
