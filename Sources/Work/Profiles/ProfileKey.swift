import Casework
import CourtReport
import DiscWriters
import Evidence
import SystemIO
import Signing
import StrictTOML

/// What a profile can say, by table and key as they stand in the file.
package enum ProfileKey: String, Hashable, Sendable, CaseIterable {
  case organisation = "laboratory.organisation"
  case address = "laboratory.address"
  case method = "laboratory.method"
  case examiner = "examiner.name"
  case key = "examiner.key"
  case certificate = "examiner.certificate"
  case keepPassphrase = "examiner.keep-passphrase"
  case casesFolder = "cases.folder"
  case casePattern = "cases.case"
  case itemPattern = "cases.item"
  case formats = "acquisition.formats"
  case destinations = "acquisition.destinations"
  case equipment = "acquisition.equipment"
  case verifyAtOnce = "acquisition.verify"
  case authority = "timestamps.authority"
  case reportFormats = "report.formats"
  case reportLanguage = "report.language"
  case reportTemplate = "report.template"
  case reportTimeZone = "report.time-zone"

  package var table: String { String(rawValue.prefix { $0 != "." }) }
  package var name: String { String(rawValue.drop { $0 != "." }.dropFirst()) }

  /// Longest keep of a passphrase, in minutes.
  package static let longestKeep = 480

  package static let yes = "yes"

  /// What it takes.
  package enum Kind: Sendable {
    /// 1 to so many bytes on one line, or several where `lines`.
    case text(longest: Int, lines: Bool = false)
    /// An absolute path; a PKCS#11 URI too where `orToken`.
    case path(orToken: Bool = false)
    case minutes(longest: Int)
    case word([String])
    /// One or more of these, each once.
    case words([String])
    case texts
    case casePattern
    case itemPattern
    /// `http://…`
    case address
    case timeZone
  }

  package var kind: Kind {
    switch self {
    case .organisation, .examiner: .text(longest: 64)
    case .address: .text(longest: 512, lines: true)
    case .method: .text(longest: 256)
    case .key: .path(orToken: true)
    case .certificate, .casesFolder, .reportTemplate: .path()
    case .keepPassphrase: .minutes(longest: Self.longestKeep)
    case .casePattern: .casePattern
    case .itemPattern: .itemPattern
    case .formats: .words(ImagePlans.formats.map(\.rawValue))
    case .destinations, .equipment: .texts
    case .verifyAtOnce: .word([Self.yes, "no"])
    case .authority: .address
    case .reportFormats: .words(ReportFormat.allCases.map(\.rawValue))
    case .reportLanguage: .word(Wording.Language.allCases.map(\.rawValue))
    case .reportTimeZone: .timeZone
    }
  }

  /// Why the value cannot be; `nil` where it can.
  package func problem(_ value: TOMLValue) -> String? {
    switch (kind, value) {
    case (.text(let longest, let lines), .string(let text)):
      Self.problem(text, longest: longest, lines: lines)
    case (.path(let orToken), .string(let text)):
      text.hasPrefix("/") || orToken && text.hasPrefix(KeyFile.tokenScheme)
        ? nil : "a path that begins with /"
    case (.minutes(let longest), .integer(let minutes)):
      (0...Int64(longest)).contains(minutes) ? nil : "0 to \(longest) minutes"
    case (.word(let allowed), .string(let word)):
      allowed.contains(word) ? nil : "one of \(allowed.joined(separator: ", "))"
    case (.words(let allowed), .array(let values)): Self.problem(values, allowed)
    case (.texts, .array(let values)):
      values.allSatisfy { if case .string(let text) = $0 { !text.isEmpty } else { false } }
        ? nil : "a list of texts that are not empty"
    case (.casePattern, .string(let text)):
      Self.isPattern(text) { PortableName.isValid($0) }
        ? nil : "a name with one {number:DIGITS}, and {year}, {month}, {day}"
    case (.itemPattern, .string(let text)):
      Self.isPattern(text) { (try? ItemNumber($0)) != nil }
        ? nil : "an item number with one {number:DIGITS}, and {year}, {month}, {day}"
    case (.address, .string(let text)):
      (try? HTTPAddress(text)) != nil ? nil : "an address that begins with http://"
    case (.timeZone, .string(let text)):
      (try? ZoneFile(named: text)) != nil ? nil : "a time zone of this system such as Europe/Berlin, or UTC"
    default: wanted
    }
  }

  private var wanted: String {
    switch kind {
    case .minutes: "a whole number of minutes, without quotes"
    case .words, .texts: "a list of texts in [ ]"
    default: "a text in quotes"
    }
  }

  private static func problem(_ text: String, longest: Int, lines: Bool) -> String? {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7f || lines && $0 == "\n"
    }
    return isPlain && text.contains { !$0.isWhitespace } && text.utf8.count <= longest
      ? nil : "1 to \(longest) bytes of text\(lines ? "" : " on one line")"
  }

  private static func problem(_ values: [TOMLValue], _ allowed: [String]) -> String? {
    let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
    let isRight =
      !words.isEmpty && words.count == values.count && Set(words).count == words.count
      && words.allSatisfy(allowed.contains)
    return isRight ? nil : "a list of \(allowed.joined(separator: ", ")), each at most once"
  }

  private static func isPattern(_ text: String, _ isName: (String) -> Bool) -> Bool {
    guard let pattern = NamePattern(text) else { return false }
    return isName(pattern.name(1, on: LocalTime(secondsSince1970: 0)))
  }
}
