import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import Glibc
import SystemIO
import SystemPackage

// Works on the database of a case: for Tests/Benchmarks/cases, and for tests that need several processes.
//
//   exhibit-case-rates fill FOLDER ITEMS EVENTS  makes a case with so many items and events in an existing folder
//   exhibit-case-rates append FOLDER COUNT NAME  records COUNT custody events of item 001 as NAME; says the number of
//                                                each on standard output once it is recorded
//   exhibit-case-rates measure FOLDER            prints milliseconds of single steps, and what a check of all of it takes

let actor = AuditActor(
  name: "A. Examiner", user: "examiner", host: "workstation", tool: ToolVersion.name,
  version: ToolVersion.current)

func fill(_ folder: FilePath, items: Int, events: Int) throws(EvidenceError) {
  let store = try CaseStore.create(
    folder: folder, number: "2026-0142", title: "Large case",
    examiner: PersonDetails(name: "A. Examiner", role: "examiner", organisation: "Digital Laboratory"),
    actor: actor)
  for number in 1...items {
    _ = try store.addItem(
      itemNumber(number), description: "USB stick number \(number), black, 32 GB",
      serial: "4C53\(100_000 + number)")
  }
  let courier = try store.person(PersonDetails(name: "B. Courier", role: "courier"))
  var sequence = try store.auditHead().sequence
  while sequence < UInt64(events) {
    let item = try itemNumber(1 + Int(sequence) % items)
    // As a laboratory works: most events are commands, every fourth is custody, every tenth a verification.
    switch sequence % 20 {
    case 0, 5, 10, 15, 19:
      var details = CustodyDetails(.access, occurred: Host.now())
      details.place = "Laboratory, room 12"
      details.receivedBy = courier.id
      details.storage = "Locker \(sequence % 97)"
      details.remarks = "Entry \(sequence)"
      try store.recordCustody(of: item, details)
    case 1, 11:
      try store.recordVerification(
        of: "item \(item)", item: item, started: Host.now(), verdict: .verified, findings: [],
        details: .fields(["level": "full", "checks": 14]))
    default:
      try store.append(
        .commandEnded,
        details: .fields([
          "arguments": ["custody", "show", "--case", "2026-0142", "--item", .string(item.description)],
          "started": .string(Host.now().description), "exitStatus": 0,
        ]))
    }
    sequence = try store.auditHead().sequence
  }
  try store.close()
}

func itemNumber(_ number: Int) throws(EvidenceError) -> ItemNumber {
  let digits = String(number)
  return try ItemNumber(String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits)
}

func append(_ folder: FilePath, count: Int, name: String) throws(EvidenceError) {
  let store = try CaseStore.open(folder: folder, actor: actor)
  let item = try itemNumber(1)
  var longest = 0.0
  for number in 0..<count {
    var details = CustodyDetails(.access, occurred: Host.now())
    details.remarks = "\(name)/\(number)"
    let begun = Host.monotonicSeconds()
    try store.recordCustody(of: item, details)
    longest = max(longest, Host.monotonicSeconds() - begun)
    try StandardStreams.write("\(number)\n")
  }
  try store.close()
  try StandardStreams.write("longest \(Int(longest * 1000)) ms\n")
}

/// The whole check of the database.
func verify(_ folder: FilePath) throws(EvidenceError) -> JSONValue {
  let store = try CaseStore.openForReading(folder: folder)
  let start = Host.monotonicSeconds()
  let audit = try store.auditResult()
  let seconds = Host.monotonicSeconds() - start
  return .fields([
    "events": JSONValue(audit.eventCount), "findings": JSONValue(audit.findings.count),
    "microseconds": JSONValue(Int(seconds * 1e6)),
    "eventsPerSecond": JSONValue(Int(Double(audit.eventCount) / seconds)),
  ])
}

func measure(_ folder: FilePath) throws(EvidenceError) {
  func milliseconds(_ rounds: Int, _ body: () throws(EvidenceError) -> Void) throws(EvidenceError)
    -> JSONValue
  {
    var times: [Double] = []
    for _ in 0..<rounds {
      let begun = Host.monotonicSeconds()
      try body()
      times.append(Host.monotonicSeconds() - begun)
    }
    // Microseconds: there are no fractions in this JSON.
    return .fields([
      "median": JSONValue(Int(times.sorted()[rounds / 2] * 1e6)),
      "longest": JSONValue(Int((times.max() ?? 0) * 1e6)),
    ])
  }
  let item = try itemNumber(1)
  var result: [String: JSONValue] = [:]
  result["open"] = try milliseconds(11) { () throws(EvidenceError) in
    let store = try CaseStore.openForReading(folder: folder)
    _ = try store.summary()
    try store.close()
  }
  let store = try CaseStore.open(folder: folder, actor: actor)
  result["list"] = try milliseconds(11) { () throws(EvidenceError) in _ = try store.items() }
  result["custody"] = try milliseconds(11) { () throws(EvidenceError) in _ = try store.custody(of: item) }
  let search = CaseSearch(store)
  let begun = Host.monotonicSeconds()
  _ = try search.find("locker", limit: 50)
  result["index"] = JSONValue(Int((Host.monotonicSeconds() - begun) * 1e6))
  for (name, words) in [("find", "locker 42"), ("findOne", "4C53100007"), ("findCommon", "custody show")] {
    result[name] = try milliseconds(11) { () throws(EvidenceError) in _ = try search.find(words, limit: 50) }
  }
  result["append"] = try milliseconds(201) { () throws(EvidenceError) in
    try store.recordCustody(of: item, CustodyDetails(.access, occurred: Host.now()))
  }
  try store.close()
  result["verify"] = try verify(folder)
  try StandardStreams.write(JSONValue.object(result).indentedText + "\n")
}

let words = CommandLine.arguments
do throws(EvidenceError) {
  switch (words.dropFirst().first, words.count) {
  case ("fill", 5): try fill(FilePath(words[2]), items: Int(words[3]) ?? 0, events: Int(words[4]) ?? 0)
  case ("append", 5): try append(FilePath(words[2]), count: Int(words[3]) ?? 0, name: words[4])
  case ("measure", 3): try measure(FilePath(words[2]))
  case ("verify", 3): try StandardStreams.write(try verify(FilePath(words[2])).indentedText + "\n")
  default: throw EvidenceError(.argumentInvalid, words.joined(separator: " "))
  }
} catch {
  Terminal.writeError("exhibit-case-rates: \(error)\n")
  exit(error.exitStatus.rawValue)
}
