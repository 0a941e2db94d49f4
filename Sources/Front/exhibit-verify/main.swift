import CanonicalJSON
import Evidence
import Glibc
import Manifests
import Rendering
import Signing
import SystemIO
import Verification

/// The verifier for whoever distrusts the laboratory: what was handed over, a certificate. No database, nothing
/// written, no network: the process takes that from itself before it reads the first byte.
enum ExhibitVerify {
  static let name = "exhibit-verify"

  static func run(_ given: [String]) throws {
    let arguments = try VerifierArguments(given)
    if arguments.wantsHelp { return Rendering.show(VerifierArguments.usage) }
    if arguments.wantsVersion { return Rendering.show(ToolVersion.current) }
    let sandbox = Sandbox.enter(for: .verification)
    try guardWork(arguments)
    StopSignals.install()
    for piece in sandbox where !piece.isActive {
      Rendering.warn("sandbox incomplete: \(piece.kind.rawValue): \(piece.detail)")
    }
    let settings = VerificationSettings(
      trust: try Trust.read(certificates: arguments.trust, revocationLists: arguments.revocationLists),
      besides: arguments.with, heads: arguments.heads, level: arguments.level,
      digests: arguments.digests, stop: StopSignals.flag)
    let subjects = try arguments.paths.map { path throws(EvidenceError) in
      guard let subject = try VerificationSubject.at(path, as: arguments.format) else {
        throw EvidenceError(
          .formatUnknown, path.string, "a folder with no proof, no bag and not exactly one manifest")
      }
      return subject
    }
    let display = ProgressDisplay(
      "Verifying", from: arguments.paths.count == 1 ? arguments.paths[0].string : "")
    let outcomes = VerificationBatch(subjects, settings).perform { display.update(done: $0, of: $1) }
    display.finish()
    GuardedProcess.workIsDone()
    try show(outcomes, sandbox, asJSON: arguments.json, showsAll: arguments.showsAll)
  }

  /// From here on another process works, which this one ends at its limits; it ends as that one does.
  private static func guardWork(_ arguments: VerifierArguments) throws {
    let subject = arguments.paths.map(\.string).joined(separator: ", ")
    switch try GuardedProcess.fork(memory: arguments.memoryLimit, patience: arguments.timeLimit) {
    case nil: return
    case .exited(let status): exit(status)
    case .signalled(let number) where [SIGINT, SIGTERM, SIGHUP].contains(number):
      throw EvidenceError(.interrupted, subject)
    case .signalled(let number):
      throw EvidenceError(
        .stoppedAtLimit, subject,
        "ended by signal \(number); it may take \(HumanText.size(arguments.memoryLimit)) of memory")
    case .stalled:
      throw EvidenceError(.stoppedAtLimit, subject, "nothing was read for \(arguments.timeLimit) seconds")
    }
  }

  /// Of one path its report or error; of several all of them, and the status of the worst.
  private static func show(
    _ outcomes: [VerificationBatch.Outcome], _ sandbox: [Sandbox.Piece], asJSON: Bool, showsAll: Bool
  ) throws {
    if outcomes.count == 1, case .failure(let error) = outcomes[0] { throw error }
    var objects: [JSONValue] = []
    for outcome in outcomes {
      switch outcome {
      case .success(let report):
        objects.append(VerificationRendering.json(report))
        if !asJSON { Rendering.show(VerificationRendering.lines(report, all: showsAll)) }
      case .failure(let error):
        objects.append(Rendering.json(of: error))
        Rendering.report(error, by: name)
      }
    }
    let status = outcomes.map(\.exitStatus).max { rank($0) < rank($1) } ?? .complete
    let protection = JSONValue.array(sandbox.map(json))
    if asJSON {
      Rendering.show(
        json: .fields([
          "results": .array(objects), "exitStatus": JSONValue(status.rawValue), "sandbox": protection,
        ]))
    } else {
      let active = sandbox.filter(\.isActive).map(\.kind.rawValue)
      Rendering.show([
        "Sandbox of this process: \(active.isEmpty ? "none" : active.joined(separator: ", "))."
      ])
      if outcomes.count > 1 {
        let verified = outcomes.count { $0.exitStatus == .complete }
        Rendering.show(["\(verified) of \(outcomes.count) verified."])
      }
    }
    if status != .complete { throw EndedWith(status: status) }
  }

  private static func json(_ piece: Sandbox.Piece) -> JSONValue {
    .fields([
      "name": .string(piece.kind.rawValue), "active": .bool(piece.isActive), "detail": .string(piece.detail),
    ])
  }

  /// What weighs more where several paths were named.
  private static func rank(_ status: ExitStatus) -> Int {
    switch status {
    case .complete: 0
    case .completeWithUnreadable: 1
    case .noReference: 2
    case .incomplete: 3
    case .usage, .failed: 4
    case .chainBroken: 5
    case .mismatch: 6
    }
  }
}

extension VerificationBatch.Outcome {
  fileprivate var exitStatus: ExitStatus {
    switch self {
    case .success(let report): report.verdict.exitStatus
    case .failure(let error): error.exitStatus
    }
  }
}

let arguments = Array(Environment.arguments.dropFirst())
Rendering.runAndExit(
  ExhibitVerify.name, asJSON: arguments.contains("--json"), otherwise: { ("\($0)", true) }
) {
  try ExhibitVerify.run(arguments)
}
