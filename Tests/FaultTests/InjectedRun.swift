import Evidence
import EvidenceTestKit
import Formats
import Foundation
import SystemPackage

/// One run that is made to fail, and everything an examiner would do afterwards.
struct InjectedRun {
  private let scenario: Scenario
  private let scratch: TemporaryFolder
  private let kind: FaultKind
  private let injection: Injection
  private var folder: FilePath { scratch.path }
  private var caseFolder: FilePath { scratch.appending("case") }

  init(_ scenario: Scenario, _ fault: Fault) throws {
    try self.init(scenario, fault.kind) { try FaultInjector.injection(fault, in: $0) }
  }

  /// - Parameter injection: of the folder it is given.
  init(_ scenario: Scenario, _ kind: FaultKind, injection: (FilePath) throws -> Injection) throws {
    self.scenario = scenario
    self.kind = kind
    self.scratch = try scenario.begin()
    self.injection = try injection(scratch.path)
  }

  /// What is untrue, or gone.
  private struct Loss: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// - Returns: `nil` where the program never made that call, and was complete without a fault.
  func perform() throws -> Outcome? {
    let before = try events()
    let run = try Exhibit(scenario.command(in: folder), injection)
    guard injection.wasMade() else {
      return run.result.status == 0 ? nil : .lost("it failed without a fault\n\(run.report)")
    }
    do {
      try judge(run)
      let verification = try verify()
      let after = try events()
      guard after.starts(with: before) else { throw Loss("audit events are gone") }
      try demandAcknowledged(run, in: after.dropFirst(before.count))
      let outcome = try finish(run, verification)
      guard try verify(besides: outcome == .withoutCopy).status == 0 else {
        throw Loss("in the end it does not verify")
      }
      let last = try events()
      guard last.starts(with: after) else { throw Loss("audit events are gone after going on") }
      guard last.contains(where: { $0.hasSuffix("acquisition.finished") }) else {
        throw Loss("no end is recorded")
      }
      return outcome
    } catch let loss as Loss {
      return .lost("\(loss.reason)\n\(run.report)")
    }
  }

  /// How often the run made a call of that name on that file, whatever became of it.
  func count(of call: Call) throws -> Int {
    try FaultInjector.calls(in: folder).count { $0.name == call.name && $0.path == call.path }
  }

  /// The run itself: no crash, and one line that says what is wrong where something is.
  private func judge(_ run: Exhibit) throws {
    guard !kind.isDeath else {
      guard run.result.wasKilled, run.result.status == SIGKILL else { throw Loss("not killed") }
      return
    }
    guard !run.result.wasKilled else { throw Loss("crashed") }
    switch run.result.status {
    case 0: break
    case 2, 4:
      // What it could not do besides, such as recording its end, is a note.
      let errors = run.complaints.filter { $0.hasPrefix("exhibit: ") }
      let notes = run.complaints.filter { $0.hasPrefix("note: ") }
      guard errors.count + notes.count == run.complaints.count, errors.count == 1 || !notes.isEmpty,
        errors.count < 2
      else { throw Loss("not one line of error") }
    case let status: throw Loss("status \(status)")
    }
  }

  /// `exhibit verify`, which must not say more or less than is so: where it verifies, the images hold the source.
  /// - Parameter besides: those of the second folder need not be there.
  private func verify(besides: Bool = true) throws -> ToolResult {
    let verification = try Exhibit(["verify", caseFolder.string])
    let result = verification.result
    guard !result.wasKilled else { throw Loss("verify crashed") }
    let whole = try FileManager.default.contentsOfDirectory(
      atPath: caseFolder.appending("evidence").string
    ).filter { !$0.hasSuffix(".partial") }
    switch result.status {
    case 0:
      guard result.output.contains("\nVerified: "), !whole.isEmpty else {
        throw Loss("verified, but what?\n\(verification.report)")
      }
      try demandImages(besides: besides)
    case 6:
      guard whole.isEmpty, !result.output.contains("failure ") else {
        throw Loss("whole, but not verified\n\(verification.report)")
      }
    case 7:
      guard !whole.isEmpty, result.output.contains("case.acquisition-unrecorded") else {
        throw Loss("the chain is called broken\n\(verification.report)")
      }
      try demandImages(besides: true)
    default: throw Loss("verify says what is not so\n\(verification.report)")
    }
    return result
  }

  /// What the program has said to be recorded is recorded.
  private func demandAcknowledged(_ run: Exhibit, in events: ArraySlice<String>) throws {
    guard !run.result.wasKilled, run.result.status != 2, !run.result.errors.contains("could not record")
    else { return }
    let wanted = run.result.status == 0 ? ["finished"] : ["finished", "paused"]
    guard events.contains(where: { event in wanted.contains { event.hasSuffix("acquisition.\($0)") } }) else {
      throw Loss("the end is not recorded, and nothing was said")
    }
  }

  /// Goes on as an examiner would.
  private func finish(_ run: Exhibit, _ verification: ToolResult) throws -> Outcome {
    if verification.status == 0 { return run.result.status == 4 ? .withoutCopy : .completed }
    let resumed = try Exhibit(scenario.resumption(in: folder))
    if resumed.result.status == 0 {
      return resumed.result.errors.contains("taken into the case") ? .adopted : .resumed
    }
    guard resumed.result.status == 1,
      resumed.result.errors.contains("no acquisition of this item can be resumed")
    else { throw Loss("cannot be resumed\n\(resumed.report)") }
    guard run.result.status != 4 || run.result.wasKilled else {
      throw Loss("it had read the medium, and there is nothing to go on from")
    }
    let anew = try Exhibit(scenario.acquisition(in: folder))
    guard anew.result.status == 0 else { throw Loss("cannot be begun anew\n\(anew.report)") }
    return .begunAnew
  }

  /// The images of every whole acquisition hold the source.
  /// - Parameter besides: those of the second folder need not be there.
  private func demandImages(besides: Bool) throws {
    var places = [caseFolder.appending("evidence")]
    if scenario.hasCopy { places.append(folder.appending("second")) }
    for place in places {
      let names = try FileManager.default.contentsOfDirectory(atPath: place.string)
        .filter { !$0.hasSuffix(".partial") }
      if names.isEmpty, !(besides && place == places.last && scenario.hasCopy) { throw Loss("no image") }
      for name in names {
        let base = place.appending(name).appending(name).string
        for image in [base + ".E01", base + ".raw"] where FileManager.default.fileExists(atPath: image) {
          guard try contents(FilePath(image)) == scenario.source else {
            throw Loss("\(image) is not the source")
          }
        }
      }
    }
  }

  private func contents(_ image: FilePath) throws -> Data {
    if image.extension == "raw" { return try Data(contentsOf: URL(fileURLWithPath: image.string)) }
    let reader = try Formats.openDisk(image)
    var data = Data(count: Int(reader.geometry.length))
    let damage = try data.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
    guard damage.isEmpty, reader.structureFindings.isEmpty else { throw Loss("\(image) is damaged") }
    return data
  }

  /// Every audit event, as its digest and kind; asked of a copy, so that the case is left as it lies there.
  private func events() throws -> [String] {
    let copy = try TemporaryFolder()
    for suffix in ["", "-wal"] {
      let file = caseFolder.appending("case.sqlite\(suffix)").string
      if FileManager.default.fileExists(atPath: file) {
        try FileManager.default.copyItem(atPath: file, toPath: copy.appending("case.sqlite\(suffix)").string)
      }
    }
    return try Tool.require(
      "sqlite3",
      [
        copy.appending("case.sqlite").string,
        "SELECT digest || ' ' || json_extract(event, '$.kind') FROM audit_event ORDER BY sequence",
      ]
    ).split(separator: "\n").map(String.init)
  }
}
