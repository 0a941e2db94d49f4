import CanonicalJSON
import Evidence
import Profiles
import Rendering
import StrictTOML
import SystemIO
import SystemPackage

/// The settings of a profile, asked for one after the other.
enum SetupQuestions {
  /// What is typed at the question for the key to have one made.
  private static let new = "new"

  /// - Returns: whether a new key is wanted.
  /// - Throws: `answerNeeded` where there is no terminal.
  static func ask(_ settings: inout LaboratoryProfile, file: FilePath) throws(EvidenceError) -> Bool {
    guard TerminalQuestion.isPossible else {
      throw EvidenceError(.answerNeeded, "--set SETTING=VALUE")
    }
    Rendering.show([
      "Profile \(file)", "Enter keeps the value in brackets; a hyphen (-) leaves it empty.",
    ])
    var makesKey = false
    for key in ProfileKey.allCases {
      // The certificate of a key that is made comes with it.
      if makesKey, key == .certificate { continue }
      makesKey = try ask(key, &settings, file) || makesKey
    }
    return makesKey
  }

  private static func ask(
    _ key: ProfileKey, _ settings: inout LaboratoryProfile, _ file: FilePath
  ) throws(EvidenceError) -> Bool {
    let present = settings.settings[key].map { key.typed($0.value) }
    let offered = present ?? (key == .key ? new : key.usual)
    while true {
      let brackets = offered.map { " [\($0)]" } ?? ""
      let typed = try TerminalQuestion.line(key.meaning + brackets, of: key.rawValue)
      let answer = typed.isEmpty ? offered ?? "-" : typed
      if key == .key, answer == new, present != new { return true }
      do throws(EvidenceError) {
        try settings.set(key, answer == "-" ? nil : key.value(typed: answer), file: file)
        return false
      } catch { Rendering.warn("not \(answer): \(error.detail)") }
    }
  }
}

extension ProfileKey {
  /// What it is, for people.
  var meaning: String {
    switch self {
    case .organisation: "Laboratory or authority"
    case .address: "Address, with \\n between lines"
    case .method: "Method or standard operating procedure (reference)"
    case .examiner: "Name of the examiner"
    case .key: "Signing key of all cases: file, PKCS#11 URI, or new"
    case .certificate: "Certificate file of that key"
    case .keepPassphrase: "Minutes to keep the passphrase after it is typed; 0 to prompt each time"
    case .casesFolder: "Folder for cases"
    case .casePattern: "Naming of cases"
    case .itemPattern: "Naming of items"
    case .formats: "Image formats (\(AcquireChoices.formats))"
    case .destinations: "Further destinations, FOLDER or FORMAT:FOLDER"
    case .equipment: "Equipment used, by names of `exhibit equipment list`"
    case .verifyAtOnce: "Read every acquisition back and verify it before it is done"
    case .authority: "Time-stamp authority, http://…"
    case .reportFormats: "Report formats (html, pdf, text, json, jsonld, dfxml)"
    case .reportLanguage: "Report language (en, de)"
    case .reportTemplate: "Folder of report templates"
    case .reportTimeZone: "Report time zone, e.g. Europe/Berlin"
    }
  }

  /// What is offered where nothing is set.
  var usual: String? {
    switch self {
    case .keepPassphrase: "15"
    case .casePattern: "{year}-{number:4}"
    case .itemPattern: "{number:3}"
    case .formats: "e01"
    case .reportFormats: "html,pdf"
    case .reportLanguage: "en"
    default: nil
    }
  }

  /// A value as it is typed: lists with commas, lines with `\n`. What it may be is checked by ``problem(_:)``.
  func value(typed text: String) -> TOMLValue {
    switch kind {
    case .minutes: Int64(text).map { .integer($0) } ?? .string(text)
    case .words, .texts:
      .array(text.split(separator: ",").map { .string($0.trimmingCharacters) })
    case .text(_, lines: true): .string(text.replacing("\\n", with: "\n"))
    default: .string(text)
    }
  }

  /// The other way round.
  func typed(_ value: TOMLValue) -> String {
    switch value {
    case .string(let text): text.replacing("\n", with: "\\n")
    case .integer(let number): String(number)
    case .boolean(let flag): String(flag)
    case .array(let values): values.map { typed($0) }.joined(separator: ",")
    }
  }
}

extension Substring {
  fileprivate var trimmingCharacters: String {
    let start = drop { $0 == " " }
    return String(
      start[..<(start.lastIndex { $0 != " " }.map { start.index(after: $0) } ?? start.startIndex)])
  }
}

extension TOMLValue {
  var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .integer(let number): JSONValue(number)
    case .boolean(let flag): .bool(flag)
    case .array(let values): .array(values.map(\.json))
    }
  }
}
