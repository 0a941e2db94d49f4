import Evidence
import StrictTOML
import SystemIO
import SystemPackage

/// What a laboratory or an examiner does not want to say with every command.
package struct LaboratoryProfile: Hashable, Sendable {
  package struct Setting: Hashable, Sendable {
    package let value: TOMLValue
    /// The file it stands in, and the line there.
    package let file: FilePath
    package let line: Int
  }

  package private(set) var settings: [ProfileKey: Setting] = [:]
  /// The files that were read, later ones over earlier ones.
  package private(set) var files: [FilePath] = []

  package init() {}

  /// The text of one file.
  /// - Throws: `profileMalformed` with the line.
  package init(parsing bytes: [UInt8], file: FilePath) throws(EvidenceError) {
    let document: TOMLDocument
    do throws(TOMLProblem) { document = try TOMLDocument(parsing: bytes) } catch {
      throw Self.malformed(file, error.line, error.reason)
    }
    for entry in document.entries {
      let name = entry.table.isEmpty ? entry.key : "\(entry.table).\(entry.key)"
      guard let key = ProfileKey(rawValue: name) else {
        throw Self.malformed(file, entry.line, Self.unknown(entry))
      }
      if let reason = key.problem(entry.value) {
        throw Self.malformed(file, entry.line, "\(entry.key) is \(reason)")
      }
      settings[key] = Setting(value: entry.value, file: file, line: entry.line)
    }
    files = [file]
  }

  private static func malformed(_ file: FilePath, _ line: Int, _ reason: String) -> EvidenceError {
    EvidenceError(.profileMalformed, file.string, "line \(line): \(reason)")
  }

  private static func unknown(_ entry: TOMLDocument.Entry) -> String {
    let known = ProfileKey.allCases.filter { $0.table == entry.table }.map(\.name)
    let tables = Set(ProfileKey.allCases.map(\.table)).sorted().joined(separator: ", ")
    if entry.table.isEmpty { return "\(entry.key) stands in no table; the tables are \(tables)" }
    if known.isEmpty { return "no table is called \(entry.table); the tables are \(tables)" }
    return "[\(entry.table)] has no key \(entry.key); its keys are \(known.joined(separator: ", "))"
  }

  /// Takes over what another says, in place of what was said.
  package mutating func take(_ other: LaboratoryProfile) {
    settings.merge(other.settings) { _, new in new }
    files += other.files
  }

  /// Says something, or takes it back.
  /// - Throws: `argumentInvalid` with the name of the key.
  package mutating func set(_ key: ProfileKey, _ value: TOMLValue?, file: FilePath) throws(EvidenceError) {
    guard let value else {
      settings[key] = nil
      return
    }
    if let reason = key.problem(value) {
      throw EvidenceError(.argumentInvalid, "\(key.rawValue) \(value.text)", reason)
    }
    settings[key] = Setting(value: value, file: file, line: 0)
  }

  package func text(_ key: ProfileKey) -> String? {
    if case .string(let text) = settings[key]?.value { text } else { nil }
  }

  /// Empty where nothing is said.
  package func texts(_ key: ProfileKey) -> [String] {
    guard case .array(let values) = settings[key]?.value else { return [] }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  package func number(_ key: ProfileKey) -> Int? {
    if case .integer(let number) = settings[key]?.value { Int(number) } else { nil }
  }

  package func pattern(_ key: ProfileKey) -> NamePattern? { text(key).flatMap { NamePattern($0) } }

  /// As a file: what is said, table by table.
  /// - Parameter comment: one line put before it.
  package func toml(comment: String) -> String {
    var text = "# \(comment)\n"
    var table = ""
    for key in ProfileKey.allCases {
      guard let setting = settings[key] else { continue }
      if key.table != table {
        table = key.table
        text += "\n[\(table)]\n"
      }
      text += "\(key.name) = \(setting.value.text)\n"
    }
    return text
  }
}
