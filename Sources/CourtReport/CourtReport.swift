import Evidence
internal import Mustache

/// Renders a report model as one self-contained HTML page: no script, no font, no file beside it.
package enum CourtReport {
  /// The page as UTF-8 text. The same model gives the same bytes.
  /// - Throws: `reportFailed`.
  package static func html(_ model: ReportModel) throws(EvidenceError) -> String {
    switch template {
    case .success(let template): return template.render(model)
    case .failure(let error): throw error
    }
  }

  /// Parsed once. The escaping is registered here, before the only template that uses it, as the library's
  /// table of content types is not guarded against use by several threads.
  private static let template: Result<MustacheTemplate, EvidenceError> = {
    MustacheContentTypes.register(ReportText(), named: "REPORT")
    do {
      return .success(try MustacheTemplate(string: ItemTemplate.text))
    } catch {
      return .failure(EvidenceError(.reportFailed, "template", "\(error)"))
    }
  }()
}

/// Text as part of an HTML page.
///
/// Works on Unicode scalars: the library's own escaping looks at whole characters, and so passes over a quotation
/// mark that is followed by a combining accent.
struct ReportText: MustacheContentType {
  func escapeText(_ text: String) -> String { Self.escape(text) }

  static func escape(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": output += "&lt;".unicodeScalars
      case ">": output += "&gt;".unicodeScalars
      case "&": output += "&amp;".unicodeScalars
      case "\"": output += "&quot;".unicodeScalars
      case "'": output += "&#39;".unicodeScalars
      case "\n", "\t": output.append(scalar)
      // Not allowed in HTML.
      case "\0"..<" ", "\u{7f}"..<"\u{a0}": output.append("\u{fffd}")
      // Would turn the order of what stands around it; shown by its name instead.
      case "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
        output += "[U+\(String(scalar.value, radix: 16, uppercase: true))]".unicodeScalars
      default: output.append(scalar)
      }
    }
    return String(output)
  }
}
