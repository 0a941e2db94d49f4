import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Casework
import Evidence
import Glibc
import ReferenceMedia
import Sessions
import SystemIO
import SystemPackage

// Measures the report of a case with very much in it: one item with 10,000 custody events, acquired from a medium with
// 100,000 unreadable ranges. Prints milliseconds and bytes of each format as one JSON object.
// Usage: exhibit-report-rates FOLDER [EVENTS [RANGES]]; the folder must not exist and is left as it is.

let arguments = CommandLine.arguments
let sizes = arguments.dropFirst(2).map { Int($0) ?? -1 }
guard (2...4).contains(arguments.count), sizes.allSatisfy({ $0 >= 0 }) else {
  Terminal.writeError("usage: exhibit-report-rates FOLDER [EVENTS [RANGES]]\n")
  exit(ExitStatus.usage.rawValue)
}
let events = sizes.first ?? 10_000
let ranges = UInt64(sizes.dropFirst().first ?? 100_000)

var creation = CaseCreation(
  folder: FilePath(arguments[1]), number: "2026-0142", title: "Very much", examiner: "A. Examiner")
creation.signing = .newUnencrypted
_ = try creation.perform()
let folder = try CaseFolder.at(FilePath(arguments[1]))
let item = try ItemNumber("001")
let store = try CaseStore.open(
  folder: folder.path,
  actor: AuditActor(
    name: "A. Examiner", user: "bench", host: "bench", tool: "exhibit", version: ToolVersion.current))
_ = try store.addItem(item, description: "A failing disk")
for index in 0..<events {
  var custody = CustodyDetails(index % 2 == 0 ? .store : .retrieve, occurred: Host.now())
  custody.place = "Laboratory"
  custody.storage = "Vault \(index % 7)"
  custody.remarks = "event \(index)"
  try store.recordCustody(of: item, custody)
}
try store.close()

var faults = FaultySource.Faults()
faults.unreadable = Set((0..<ranges).map { $0 * 2 })
let medium = FaultySource(length: Int(ranges) * 1024 + 512, faults: faults)
var acquisition = AcquisitionRequest("/dev/faulty", item: item)
acquisition.output.write([.raw])
_ = try AcquisitionJob(acquisition, in: folder, medium: medium) { () throws(EvidenceError) in [] }.perform(
  stop: StopFlag()
) { _ in }

var results: [String: JSONValue] = ["events": JSONValue(events), "ranges": JSONValue(ranges)]
for format in ReportFormat.allCases where format != .pdf || ExternalProgram(named: "weasyprint") != nil {
  var request = ReportRequest()
  request.items = [item]
  request.formats = [format]
  let begun = Host.monotonicSeconds()
  let written = try ReportJob(request, in: folder) { () throws(EvidenceError) in [] }.perform()
  let milliseconds = Int((Host.monotonicSeconds() - begun) * 1000)
  let size = try Files.contents(written.files[0].path, cap: 1 << 30).count
  results[format.rawValue] = .fields(["milliseconds": JSONValue(milliseconds), "bytes": JSONValue(size)])
}
print(JSONValue.object(results).canonicalText)
