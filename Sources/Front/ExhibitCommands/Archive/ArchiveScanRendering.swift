import Archiving
import CanonicalJSON
import CaseStore
import Evidence
import Rendering
import SideCars
import SystemIO
import SystemPackage

/// Runs a scan and says what came of it.
enum ArchiveScanRendering {
  static func run(_ store: CaseStore, _ folders: [FilePath], _ output: OutputOptions) throws {
    StopSignals.install()
    var scan = ArchiveScan(store, stop: StopSignals.flag)
    let display = ProgressDisplay("Scanning", isBytes: false)
    let result = try scan.perform(folders) { display.update(done: $1, of: 0, part: $0.string) }
    display.finish()
    output.show(lines(result), json: json(result))
    if result.wasStopped { throw EndedWith(status: .incomplete) }
    if !result.problems.isEmpty { throw EndedWith(status: .incomplete) }
  }

  private static let most = 10

  private static func lines(_ result: ScanResult) -> [String] {
    var lines = [headline(result)]
    lines.append(
      "  references  \(result.references) hash values in \(ArchiveRendering.count(result.sideCars, "side-car file")) and images"
    )
    func list(_ title: String, _ texts: [String]) {
      guard !texts.isEmpty else { return }
      lines.append("\(title): \(texts.count)")
      lines += texts.prefix(most).map { "  \($0)" }
      if texts.count > most { lines.append("  and \(texts.count - most) more; `--json` lists them") }
    }
    list("Recognised at another place", result.moved.map { "\($0.holding)  \($0.from) is now \($0.to)" })
    list("Changed since they were catalogued", result.changed.map { "\($0)" })
    list("Not found", result.missing.map { "\($0)" })
    list("Perhaps the same as several missing holdings, added as new", result.ambiguous.map { "\($0)" })
    list(
      "Hash values not assigned: the file names no image, and its own name fits none or several",
      result.unbound)
    list("Files named by hash lists and not there", result.unresolved.map { "\($0.target)  (\($0.sideCar))" })
    list("Remarks on side-car files", result.remarks.map { "\($0.sideCar): \(words($0.remark))" })
    list("Could not be read", result.problems.map { "\($0.path): \(Rendering.line($0.error))" })
    if result.otherFiles > 0 {
      lines.append(
        "Not catalogued: \(ArchiveRendering.count(result.otherFiles, "other file")), neither an image nor named by a hash list"
      )
    }
    if result.notFiles > 0 {
      lines.append("Not followed: \(ArchiveRendering.count(result.notFiles, "link or special file"))")
    }
    return lines
  }

  private static func headline(_ result: ScanResult) -> String {
    let counts =
      "\(result.added.count) new, \(result.unchanged) unchanged, \(result.moved.count) moved, \(result.changed.count) changed, "
      + "\(result.missing.count) not found"
    if result.wasStopped { return "Stopped: not all folders were looked at; so far \(counts)." }
    if !result.problems.isEmpty { return "Not everything could be read: \(counts)." }
    return "Scanned: \(counts)."
  }

  static func words(_ remark: SideCarRemark) -> String {
    switch remark {
    case .malformedLine(let number): "line \(number) is malformed and was not used"
    case .moreMalformedLines(let count): "\(count) more malformed lines"
    case .earlierRuns(let count):
      "it also holds \(ArchiveRendering.count(UInt64(count), "earlier run")); the last complete run counts"
    case .runsDisagree(let algorithm): "its runs have different \(algorithm.uppercased()) values"
    case .unfinished: "the program did not finish: its hash values were not used"
    case .notVerifiedByTool: "the program's own verification did not pass"
    case .valuesDisagree(let algorithm):
      "it states two different \(algorithm.uppercased()) values for the same data"
    case .totalMayDiffer:
      "after read errors this program records another total than that of the data it wrote"
    case .formGuessed: "its form is known from descriptions only"
    }
  }

  private static func json(_ result: ScanResult) -> JSONValue {
    .fields([
      "added": .array(result.added.map { JSONValue($0) }), "unchanged": JSONValue(result.unchanged),
      "moved": .array(
        result.moved.map {
          .fields(["holding": JSONValue($0.holding), "from": .string($0.from), "to": .string($0.to)])
        }),
      "changed": .array(result.changed.map { JSONValue($0) }),
      "missing": .array(result.missing.map { JSONValue($0) }),
      "ambiguous": .array(result.ambiguous.map { JSONValue($0) }),
      "sideCars": JSONValue(result.sideCars), "references": JSONValue(result.references),
      "unassigned": .array(result.unbound.map { .string($0) }),
      "unresolved": .array(
        result.unresolved.map { .fields(["sideCar": .string($0.sideCar), "target": .string($0.target)]) }),
      "remarks": .array(
        result.remarks.map { .fields(["sideCar": .string($0.sideCar), "remark": .string(words($0.remark))]) }),
      "problems": .array(
        result.problems.map {
          .fields([
            "path": .string($0.path), "code": .string($0.error.code.rawValue),
            "detail": .string($0.error.detail),
          ])
        }),
      "otherFiles": JSONValue(result.otherFiles), "notFiles": JSONValue(result.notFiles),
      "stopped": .bool(result.wasStopped),
    ])
  }
}
