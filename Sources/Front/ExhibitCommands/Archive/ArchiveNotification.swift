import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseRecords
import Evidence
import Rendering
import SystemIO

/// `--notify`.
struct ArchiveNotifyOptions: ParsableArguments {
  @Option(
    help: """
      Report bad results: mail:ADDRESS (through sendmail), http://… (POST of a JSON object), or command:PROGRAM (JSON on \
      standard input). May be given more than once.
      """)
  var notify: [String] = []
  @Flag(help: "Notify after each run, whatever came of it.") var notifyAlways = false

  func choices() throws(EvidenceError) -> ArchiveNotification.Choices {
    .init(
      targets: try notify.map { (text) throws(EvidenceError) in try ArchiveNotification.Target(text) },
      isAlways: notifyAlways)
  }
}

/// Tells somebody what came of a run. That it fails is a warning: the verdicts are in the catalogue.
enum ArchiveNotification {
  enum Target {
    case command(ExternalProgram)
    case mail(String, ExternalProgram)
    case webhook(HTTPAddress)

    /// - Throws: `argumentInvalid`, `programMissing`.
    init(_ text: String) throws(EvidenceError) {
      if text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") {
        self = .webhook(try HTTPAddress(text))
      } else if text.hasPrefix("mail:") {
        let address = String(text.dropFirst(5))
        guard address.contains("@"), !address.hasPrefix("-"),
          address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
          throw EvidenceError(.argumentInvalid, "--notify \(text)", "mail:NAME@DOMAIN")
        }
        guard let sendmail = ExternalProgram(named: "sendmail") else {
          throw EvidenceError(.programMissing, "sendmail")
        }
        self = .mail(address, sendmail)
      } else if text.hasPrefix("command:") {
        let name = String(text.dropFirst(8))
        guard let program = ExternalProgram(atPath: name) else {
          throw EvidenceError(
            .argumentInvalid, "--notify \(text)", "command:/PATH/OF/PROGRAM, an executable file")
        }
        self = .command(program)
      } else {
        throw EvidenceError(.argumentInvalid, "--notify \(text)", "mail:ADDRESS, http://… or command:PROGRAM")
      }
    }
  }

  struct Choices {
    let targets: [Target]
    let isAlways: Bool
  }

  private static let seconds = 60.0
  private static let tries = 3
  /// Holdings that are named in a message.
  private static let most = 50

  static func send(_ result: ArchiveRunResult, folder: CaseFolder, choices: Choices) {
    let bad = result.verified.filter {
      [.mismatch, .damaged, .chainBroken, .incomplete].contains($0.outcome.verdict)
    }
    // What was failing and is no more is news as well.
    let recovered = result.verified.filter { item in
      item.outcome.verdict == .verified && [.mismatch, .damaged, .chainBroken].contains(item.before)
    }
    guard !choices.targets.isEmpty,
      choices.isAlways || !bad.isEmpty || !recovered.isEmpty || result.wasStopped
    else {
      return
    }
    let message = message(result, bad, recovered, folder)
    for target in choices.targets {
      do throws(EvidenceError) { try send(message, result, to: target) } catch {
        Rendering.warn("the notification was not sent: \(Rendering.line(error))")
      }
    }
  }

  private static func message(
    _ result: ArchiveRunResult, _ bad: [VerifiedHolding], _ recovered: [VerifiedHolding], _ folder: CaseFolder
  ) -> JSONValue {
    func list(_ items: [VerifiedHolding]) -> JSONValue {
      .array(
        items.prefix(most).map { item in
          .fields([
            "number": JSONValue(item.holding.number), "path": .string(String(item.path.prefix(400))),
            "verdict": .string(item.outcome.verdict.rawValue),
            "findings": JSONValue(item.outcome.findings.count),
          ])
        })
    }
    return .fields([
      "archive": .string(folder.path.string), "run": .string(result.run.id.description),
      "host": .string(Host.facts.node), "exitStatus": JSONValue(result.exitStatus.rawValue),
      "verified": JSONValue(result.count(.verified)), "bad": JSONValue(bad.count),
      "left": JSONValue(result.left),
      "holdings": list(bad), "recovered": list(recovered),
    ])
  }

  private static func send(
    _ message: JSONValue, _ result: ArchiveRunResult, to target: Target
  ) throws(EvidenceError) {
    let body = message.canonicalBytes
    switch target {
    case .command(let program):
      let outcome = try program.run([], input: body, seconds: seconds)
      guard outcome.status == 0, !outcome.wasEnded else {
        throw EvidenceError(
          .systemCall, program.path.string,
          outcome.wasEnded ? "it took more than \(Int(seconds)) seconds" : "it ended with \(outcome.status)")
      }
    case .mail(let address, let sendmail):
      // No names of evidence: mail is read by many.
      let text =
        [
          "To: \(address)",
          "Subject: Evidence archive: \(result.count(.mismatch, .damaged, .chainBroken)) failed",
          "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
          "",
        ] + ArchiveRunRendering.summary(result) + ["", "Run \(result.run.id) on \(Host.facts.node).", ""]
      let outcome = try sendmail.run(
        ["-t", "-oi"], input: Array(text.joined(separator: "\n").utf8), seconds: seconds)
      guard outcome.status == 0 else {
        throw EvidenceError(.systemCall, sendmail.path.string, "it ended with \(outcome.status)")
      }
    case .webhook(let address):
      var last: EvidenceError?
      for attempt in 0..<tries {
        if attempt > 0 { Host.pause(milliseconds: UInt32(attempt) * 2000) }
        do throws(EvidenceError) {
          let answer = try HTTPClient.post(body, mediaType: "application/json", to: address, cap: 1 << 16)
          if (200..<300).contains(answer.status) { return }
          last = EvidenceError(.networkFailed, address.description, "status \(answer.status)")
          // What is refused is refused again.
          guard answer.status >= 500 || answer.status == 429 else { break }
        } catch { last = error }
      }
      if let last { throw last }
    }
  }
}
