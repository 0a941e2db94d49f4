import CanonicalJSON
import Evidence
import SystemIO
import SystemPackage

/// Holds the custody list of a bag against the custody events of the audit log beside it: the same events, and in each
/// of them the same words.
///
/// `Docs/formats/hand-over.md` has the format. Shares no code with what writes it.
struct BagCustody {
  /// Rows of the events that the log shows, by what they belong to.
  private struct Logged {
    struct Event {
      let sequence: Int64
      let row: JSONValue
    }

    /// In the order of recording.
    var events: [Event] = []
    /// By identifier of a custody event.
    var details: [String: JSONValue] = [:]
    var attachments: [String: [JSONValue]] = [:]
    /// Names, by identifier of a person.
    var people: [String: String] = [:]
    /// Identifiers of people, by event.
    var signers: [Int64: [String]] = [:]
    var withheld: Set<Int64> = []

    mutating func take(_ line: JSONValue) {
      if let number = line["withheld"]?["sequence"]?.integerValue { withheld.insert(number) }
      guard let sequence = line["sequence"]?.integerValue, let records = line["payload"]?["records"] else {
        return
      }
      func rows(_ table: String) -> [JSONValue] { records[table]?.arrayValue ?? [] }
      for row in rows("person") {
        if let person = row["id"]?.stringValue { people[person] = row["name"]?.stringValue }
      }
      for row in rows("custody_event") { events.append(Event(sequence: sequence, row: row)) }
      for row in rows("custody_detail") { row["custody"]?.stringValue.map { details[$0] = row } }
      for row in rows("attachment") {
        row["custody"]?.stringValue.map { attachments[$0, default: []].append(row) }
      }
      for row in rows("event_signature") {
        guard let signed = row["signed_event"]?.integerValue, let person = row["person"]?.stringValue else {
          continue
        }
        signers[signed, default: []].append(person)
      }
    }
  }

  private let custody: FilePath
  private let log: FilePath
  private let name: String
  /// Which events of the log something signed covers.
  private let coverage: LogCoverage

  init(_ custody: FilePath, log: FilePath, _ coverage: LogCoverage) {
    self.custody = custody
    self.log = log
    self.coverage = coverage
    self.name = custody.lastComponent?.string ?? custody.string
  }

  /// - Throws: `fileMissing`, `readFailed`, `fileTooLarge`.
  func check(_ report: inout VerificationReport) throws(EvidenceError) {
    var logged = Logged()
    let events = try FileLines(log)
    // What is no event is found by the check of the log.
    while let line = try events.next() {
      if let value = try? JSONValue(parsingCanonical: line, name: name) { logged.take(value) }
    }
    var findings: [Finding] = []
    var seen: Set<Int64> = []
    var item: String?
    var hidden = 0
    let lines = try FileLines(custody)
    while let bytes = try lines.next() {
      guard let line = try? JSONValue(parsingCanonical: bytes, name: name), let object = line.objectValue,
        let number = line["auditEvent"]?.integerValue, seen.insert(number).inserted
      else {
        findings.append(
          finding("line \(lines.number)", expected: "one custody event", observed: "something else"))
        continue
      }
      item = item ?? line["item"]?.stringValue
      guard let event = logged.events.first(where: { $0.sequence == number }) else {
        if logged.withheld.contains(number) {
          hidden += 1
        } else {
          findings.append(
            finding(
              "event \(number)", expected: "a custody event of the audit log", observed: "none of this number"
            ))
        }
        continue
      }
      compare(object, with: event, logged, &findings, &hidden)
    }
    for event in logged.events where item == nil || event.row["item"]?.stringValue == item {
      guard !seen.contains(event.sequence) else { continue }
      findings.append(
        finding("event \(event.sequence)", expected: "as in the audit log", observed: "missing"))
    }
    report.take("\(name): \(seen.count) events", against: "the custody events of the audit log", findings)
    let open = seen.filter { $0 > 0 && !coverage.isFixed(UInt64($0)) }.sorted()
    if !open.isEmpty {
      report.skip(
        "\(name): events \(open.map { "\($0)" }.joined(separator: ", "))",
        because: "nothing signed covers the events of the audit log that they were compared with")
    }
    if hidden > 0 {
      report.skip(
        "\(name): \(hidden) value\(hidden == 1 ? "" : "s")",
        because: "the audit log beside it withholds the event")
    }
  }

  private func finding(_ place: String, expected: String?, observed: String?) -> Finding {
    Finding(.custodyMismatch, subject: "\(name), \(place)", expected: expected, observed: observed)
  }

  private func compare(
    _ line: [String: JSONValue], with event: Logged.Event, _ logged: Logged, _ findings: inout [Finding],
    _ hidden: inout Int
  ) {
    let expected = Self.fields(event, logged)
    for key in Set(line.keys).union(expected.keys).sorted() {
      switch expected[key] {
      // Somebody whose name no event in the log tells.
      case .some(.none): hidden += 1
      case .some(.some(let value)):
        guard line[key] != value else { continue }
        findings.append(
          finding(
            "event \(event.sequence): \(key)", expected: Self.text(value),
            observed: line[key].map(Self.text) ?? "nothing"))
      case nil:
        findings.append(
          finding("event \(event.sequence): \(key)", expected: "nothing", observed: line[key].map(Self.text)))
      }
    }
  }

  private static func text(_ value: JSONValue) -> String {
    value.stringValue ?? value.integerValue.map { "\($0)" } ?? "something else"
  }

  // MARK: What the log says of an event

  private static let texts: KeyValuePairs = [
    "place": "place", "purpose": "purpose", "authority": "authority", "method": "method",
    "sealBefore": "seal_before", "sealAfter": "seal_after", "condition": "condition", "storage": "storage",
    "remarks": "remarks", "id": "id", "item": "item", "event": "type", "occurred": "occurred",
    "recorded": "recorded",
  ]
  private static let people: KeyValuePairs = [
    "releasedBy": "released_by", "receivedBy": "received_by", "witness": "witness",
  ]

  /// Every field of the line; `nil` as a value where the log does not tell it.
  private static func fields(_ event: Logged.Event, _ logged: Logged) -> [String: JSONValue?] {
    let row = event.row
    var fields: [String: JSONValue?] = ["auditEvent": .some(JSONValue(UInt64(clamping: event.sequence)))]
    func set(_ key: String, _ text: String?) {
      if let text { fields[key] = .some(.string(text)) }
    }
    for (key, column) in texts { set(key, row[column]?.stringValue) }
    for (key, column) in people {
      guard let person = row[column]?.stringValue else { continue }
      fields[key] = .some(logged.people[person].map { .string($0) })
    }
    let identifier = row["id"]?.stringValue ?? ""
    if let corrects = row["corrects"]?.stringValue {
      set(
        "corrects",
        logged.events.first { $0.row["id"]?.stringValue == corrects }.map { "event \($0.sequence)" })
    } else {
      let corrections = Self.corrections(of: identifier, logged)
      let withdrawn = corrections.contains {
        logged.details[$0.row["id"]?.stringValue ?? ""]?["withdraws"]?.integerValue == 1
      }
      // Of a withdrawn event it says that alone.
      if withdrawn {
        set("withdrawn", "yes")
      } else if !corrections.isEmpty {
        set("correctedBy", corrections.map { "event \($0.sequence)" }.joined(separator: ", "))
      }
    }
    if let detail = logged.details[identifier] { add(detail, occurred: row["occurred"]?.stringValue, set) }
    if let files = logged.attachments[identifier] {
      set(
        "attachments",
        files.map { "\($0["name"]?.stringValue ?? "") (\($0["sha256"]?.stringValue ?? ""))" }
          .joined(separator: ", "))
    }
    if let signers = logged.signers[event.sequence] {
      let names = signers.compactMap { logged.people[$0] }
      fields["signedBy"] = .some(
        names.count == signers.count ? .string(names.sorted().joined(separator: ", ")) : nil)
    }
    return fields
  }

  /// A correction of a correction concerns the event that both are about.
  private static func corrections(of identifier: String, _ logged: Logged) -> [Logged.Event] {
    var about: Set<String> = [identifier]
    return logged.events.filter { event in
      guard let corrects = event.row["corrects"]?.stringValue, about.contains(corrects) else { return false }
      event.row["id"]?.stringValue.map { _ = about.insert($0) }
      return true
    }
  }

  private static func add(_ detail: JSONValue, occurred: String?, _ set: (String, String?) -> Void) {
    set("environment", detail["environment"]?.stringValue)
    set("correctedTime", detail["corrected_time"]?.stringValue)
    set("withdraws", detail["withdraws"]?.integerValue == 1 ? "yes" : nil)
    switch detail["images"]?.stringValue {
    case "verified": set("images", "verified before")
    case "none": set("images", "none")
    case "not-verified": set("images", "not verified: \(detail["reason"]?.stringValue ?? "")")
    default: break
    }
    guard let minutes = detail["utc_offset"]?.integerValue, let time = occurred.flatMap({ Timestamp($0) })
    else {
      return
    }
    let local = Timestamp(microseconds: time.microseconds + minutes * 60_000_000).description
    func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
    set("localTime", "\(local.prefix(19))\(minutes < 0 ? "-" : "+")\(two(hours)):\(two(rest))")
  }
}
