import Foundation
import Validation

/// The text of `Docs/validation/nist-coverage.md`: which test and which check proves which assertion.
enum CoverageDocument {
  /// A test that names assertions.
  struct NamedTest: Hashable {
    /// Below `Tests`.
    let file: String
    let title: String
    let assertions: [String]
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Tests whose display name, and scripts of which a comment line, begins with identifiers of assertions.
  static let tests: [NamedTest] = {
    let folder = root.appending(path: "Tests")
    let names = (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String]) ?? []
    return names.sorted().flatMap { name -> [NamedTest] in
      let isScript = name.hasPrefix("CommandTests/Scripts/") && name.hasSuffix(".txt")
      guard name.hasSuffix(".swift") || isScript,
        let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
      else { return [] }
      return titles(in: text, isScript: isScript).compactMap { title in
        let assertions = identifiers(atStartOf: title)
        guard !assertions.isEmpty else { return nil }
        let words = title.split(separator: " ").dropFirst(assertions.count).joined(separator: " ")
        return NamedTest(file: name, title: words, assertions: assertions)
      }
    }
  }()

  private static func titles(in text: String, isScript: Bool) -> [String] {
    if isScript {
      return text.split(separator: "\n").filter { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) }
    }
    return text.matches(of: /@Test\(\s*"([^"]*)"/).map { String($0.1) }
  }

  /// `DA-AM-09 DA-AM-10 …`, separated by blanks; the last may have a colon behind it.
  private static func identifiers(atStartOf title: String) -> [String] {
    title.split(separator: " ").prefix { $0.wholeMatch(of: /DA-A[MO]-\d\d:?/) != nil }.map {
      String($0.prefix { $0 != ":" })
    }
  }

  static var text: String {
    """
    # Coverage of NIST's assertions

    Generated from the names of the tests and from `Sources/Work/Validation`. After a change there, write it anew:

        EXHIBIT_UPDATE_DOCS=1 swift test --filter CoverageDocumentTests

    The assertions are those of the Digital Data Acquisition Tool Test Assertions and Test Plan, in words of our own: \
    compare with the published document before quoting one. The tests run at every change; `exhibit validate` runs its \
    checks on the machine of an examiner and signs what it saw ([format](../formats/validation-record.md)).

    \(Assertion.allCases.map(section).joined(separator: "\n"))
    """
  }

  private static func section(_ assertion: Assertion) -> String {
    var lines = ["## \(assertion.rawValue)", "", assertion.requirement, ""]
    if let reason = assertion.notClaimed { lines += ["Not claimed. \(reason)", ""] }
    let checks = ValidationCheck.all.filter { $0.assertion == assertion }
    let named = tests.filter { $0.assertions.contains(assertion.rawValue) }
    if assertion.notClaimed == nil, named.isEmpty { lines += ["Without a test.", ""] }
    if !checks.isEmpty || !named.isEmpty {
      lines += ["| Proven by | What |", "| --- | --- |"]
      lines += checks.map { check in
        let needs = check.needs.isEmpty ? "" : " Needs \(check.needs.map(\.text).joined(separator: ", "))."
        return
          "| `exhibit validate`: `\(check.identifier)` | \(cell(check.procedure + " " + check.expected))\(needs) |"
      }
      lines += named.map { "| `\($0.file)` | \(cell($0.title)) |" }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
