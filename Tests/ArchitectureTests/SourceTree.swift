import Foundation
import Testing

/// The sources as text, which is all that these tests look at.
enum SourceTree {
  struct File: Sendable, CustomTestStringConvertible {
    /// From the root of the package, e.g. `Sources/Evidence/Digest.swift`.
    let path: String
    let lines: [String]
    /// The modules it imports, with whatever stands before the word `import`.
    let imports: [(module: String, prefix: String)]

    init(path: String, text: String) {
      self.path = path
      self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      self.imports = lines.compactMap { line in
        guard line.utf8.count < 200, line.contains("import ") else { return nil }
        var words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), words[..<place].allSatisfy(Self.standsBeforeImport)
        else {
          return nil
        }
        let prefix = words[..<place].joined(separator: " ")
        // In a text the word stands behind others.
        guard words[..<place].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains($0) }) else {
          return nil
        }
        words.removeFirst(place + 1)
        if words.count > 1, ["struct", "enum", "class", "protocol", "func", "var"].contains(words[0]) {
          words.removeFirst()
        }
        return words.first.map { (String($0.prefix { $0 != "." }), prefix) }
      }
    }

    /// The word also stands in texts.
    private static func standsBeforeImport(_ word: Substring) -> Bool {
      word.hasPrefix("@") || ["internal", "package", "public", "private", "fileprivate"].contains(word)
    }

    /// The folder below `Sources`.
    var layer: String { component(1) }
    var target: String { component(2) }

    private func component(_ number: Int) -> String {
      path.split(separator: "/").dropFirst(number).first.map(String.init) ?? ""
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var testDescription: String { path }

    /// Lines that are no comment, with their numbers from 1.
    var code: [(number: Int, line: String)] {
      lines.enumerated().filter { !Self.isComment($0.element) }.map { ($0.offset + 1, $0.element) }
    }

    private static let accessLevels: Set<Substring> = [
      "public", "package", "internal", "fileprivate", "private",
    ]

    static func isComment(_ line: String) -> Bool { line.drop { $0 == " " }.hasPrefix("//") }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every Swift and C file below `Sources`.
  static let files: [File] = {
    let sources = root.appending(path: "Sources")
    let names = (FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String]) ?? []
    return names.sorted().filter { name in [".swift", ".c", ".h"].contains { name.hasSuffix($0) } }.map {
      name in
      let text = (try? String(contentsOf: sources.appending(path: name), encoding: .utf8)) ?? ""
      return File(path: "Sources/" + name, text: text)
    }
  }()

  static let swiftFiles = files.filter(\.isSwift)

  static let package = (try? String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)) ?? ""
}
