import ArgumentParser
import Evidence
import Manifests
import Rendering
import SystemIO
import SystemPackage
import Verification

/// The verifier for whoever distrusts the laboratory: a manifest, the files beside it, a certificate. No database,
/// nothing written.
struct ExhibitVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exhibit-verify", abstract: "Verify an acquisition from its manifest, or a lone image.",
    discussion: """
      Exit status: 0 verified, 2 the input cannot be read, 5 mismatch or damage, 6 nothing to compare with.

      Examples:
        exhibit-verify 001.manifest.json --trust examiner.pem
        exhibit-verify 001.E01
      """,
    version: ToolVersion.current)

  @Argument(help: "A manifest (.manifest.json), or an image.", completion: .file()) var path: String
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @Option(
    name: .customLong("with"),
    help: "A folder that holds segments besides that of the manifest. May be given more than once.")
  var with: [String] = []
  @Option(help: "full recomputes everything; chunks only the chunk digests and the Merkle root over them.")
  var level = VerificationLevel.full.rawValue
  @Flag(help: "Print the result as one JSON object on standard output.") var json = false

  func run() throws {
    StopSignals.install()
    let level = try VerificationRendering.level(named: level)
    let display = ProgressDisplay("Verifying")
    let report =
      path.hasSuffix(".json")
      ? try ManifestVerification(
        FilePath(path), trusted: try TrustedCertificates.read(trust.map { FilePath($0) }),
        besides: with.map { FilePath($0) }, level: level, stop: StopSignals.flag
      ).perform { display.update(done: $0, of: $1) }.report
      : try LoneImageVerification(FilePath(path), level: level, stop: StopSignals.flag).perform {
        display.update(done: $0, of: $1)
      }
    display.finish()
    if json {
      Rendering.show(VerificationRendering.json(report).indentedText)
    } else {
      Rendering.show(VerificationRendering.lines(report))
    }
    if report.verdict.exitStatus != .complete { throw EndedWith(status: report.verdict.exitStatus) }
  }
}

Rendering.runAndExit(ExhibitVerify.self)
