import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// The text that describes a disc: a cue sheet or a table of contents.
package struct SheetText: Sendable {
  /// Largest description that is read; real ones have a few kilobytes.
  package static let sizeLimit = 4 << 20

  /// For messages: the path.
  package let name: String
  /// Lines without their ends, counted from 1; any of LF, CRLF and CR ends one.
  package let lines: [String]
  package let coding: TextCoding

  package init(_ bytes: [UInt8], name: String) {
    let guess = TextCoding.guess(bytes)
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var last: Unicode.Scalar = " "
    for scalar in guess.text.unicodeScalars {
      if scalar == "\n" || scalar == "\r" {
        if !(scalar == "\n" && last == "\r") {
          lines.append(String(line))
          line = String.UnicodeScalarView()
        }
      } else {
        line.append(scalar)
      }
      last = scalar
    }
    if !line.isEmpty { lines.append(String(line)) }
    self.name = name
    self.lines = lines
    self.coding = guess.coding
  }

  /// - Throws: `fileMissing`, `fileTooLarge`, `readFailed`.
  package init(_ path: FilePath) throws(EvidenceError) {
    self.init(try Files.contents(path, cap: Self.sizeLimit), name: path.string)
  }

  /// An error in one line.
  package func malformed(_ line: Int, _ reason: String) -> EvidenceError {
    EvidenceError(.sheetMalformed, "\(name), line \(line)", reason)
  }

  /// What counts as a blank: also what editors and typesetters leave behind.
  package static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\u{A0}", "\u{3000}", "\u{FEFF}", "\0", "\u{1A}", "\u{0B}", "\u{0C}": true
    default: false
    }
  }

  /// Without blanks at both ends.
  package static func trimmed(_ text: some StringProtocol) -> String {
    let scalars = text.unicodeScalars.drop(while: isBlank)
    guard let end = scalars.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(String.UnicodeScalarView(scalars[...end]))
  }

  /// The words of a line; blanks separate them.
  package static func words(_ text: String) -> [String] {
    text.unicodeScalars.split(whereSeparator: isBlank).map { String(String.UnicodeScalarView($0)) }
  }
}
