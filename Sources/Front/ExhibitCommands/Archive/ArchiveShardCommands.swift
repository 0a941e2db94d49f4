import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import Rendering
import Signing
import SystemIO
import SystemPackage

/// `--plan` and what it needs: one shard of a run, away from the catalogue.
struct ArchiveShardOptions: ParsableArguments {
  @Option(help: "Verify one shard of this plan.", completion: .file())
  var plan: String?
  @Option(help: "Number of the shard, from 0.") var shard: Int?
  @Option(help: "The folder for the signed results of a shard, created if missing.", completion: .directory)
  var results: String?
  @Option(
    help: "The key that signs the results: a PEM or PKCS#12 file, or a PKCS#11 URI.", completion: .file())
  var key: String?
  @Option(
    help: """
      Its certificate, followed by its issuing certificates. Default: the .pem file beside a .key file, or the one in a \
      PKCS#12 file.
      """, completion: .file())
  var certificate: String?

  /// What a shard needs, all of it given.
  struct Plan {
    let file: FilePath
    let shard: Int
    let results: FilePath
    let key: String
    let certificate: FilePath?

    func identity(_ passphrase: () throws(EvidenceError) -> [UInt8]) throws(EvidenceError) -> SigningIdentity
    {
      var certificate = certificate
      if certificate == nil, key.hasSuffix(".key"), !key.hasPrefix(KeyFile.tokenScheme) {
        let beside = FilePath("\(key.dropLast(4)).pem")
        if Files.exists(beside) { certificate = beside }
      }
      return try SigningFiles.identity(key: key, certificate: certificate, passphrase: passphrase)
    }
  }

  /// `nil` where no plan was named.
  /// - Throws: `argumentInvalid` where something is missing, or given without a plan.
  func chosen() throws(EvidenceError) -> Plan? {
    let others: [(name: String, isGiven: Bool)] = [
      ("--shard", shard != nil), ("--results", results != nil), ("--key", key != nil),
    ]
    guard let plan else {
      if let given = others.first(where: \.isGiven) {
        throw EvidenceError(.argumentInvalid, given.name, "it needs --plan")
      }
      if certificate != nil { throw EvidenceError(.argumentInvalid, "--certificate", "it needs --plan") }
      return nil
    }
    guard let shard, let results, let key else {
      let missing = others.filter { !$0.isGiven }.map(\.name).joined(separator: ", ")
      throw EvidenceError(.argumentInvalid, "--plan \(plan)", "\(missing) must be given too")
    }
    return Plan(
      file: FilePath(try required(plan, "--plan")), shard: shard,
      results: FilePath(try required(results, "--results")), key: try required(key, "--key"),
      certificate: certificate.map { FilePath($0) })
  }
}

struct ArchivePlanCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Divide a verification into shards for other machines.",
    discussion: """
      Writes a plan with all that a machine needs to verify a shard without the catalogue, and records the run. Shards
      have about the same bytes, and a spinning disk is in as few of them as possible. The other machines reach the
      evidence at the same paths. Docs/cluster has a Slurm job array and a Kubernetes Indexed Job.

      Example:
        exhibit archive plan --due --shards 20 --output plan.json --case archive
        exhibit archive verify --plan plan.json --shard 0 --results results \\
          --key worker.key
        exhibit archive collect results --trust worker.pem --case archive
      """)

  @OptionGroup var selection: ArchiveSelectionOptions
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of shards, 1 to 100000.") var shards: Int
  @Option(help: "The plan to create.", completion: .file()) var output: String
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    guard (1...ArchivePlan.mostShards).contains(shards) else {
      throw EvidenceError(.argumentInvalid, "--shards \(shards)", "1 to \(ArchivePlan.mostShards)")
    }
    let request = try selection.request()
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    let planned = try ArchivePlanning(try CaseStore.open(folder), request).perform(
      shards: shards, to: FilePath(try required(output, "--output")))
    guard let planned else {
      rendering.show(
        ["Nothing to verify: no holding was selected. No plan was written."],
        json: .fields(["shards": .array([])]))
      return
    }
    ArchiveRunRendering.warn(clockBehind: planned.clockBehind)
    rendering.show(ArchiveShardRendering.lines(planned), json: ArchiveShardRendering.json(planned))
  }
}

struct ArchiveCollectCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Record the results of the shards of a plan.",
    discussion: """
      Checks each result: its signature by a certificate you trust (the archive's own, or named with --trust), and that
      it belongs to the plan. Verdicts are recorded once, however often they are collected. Says which shards are missing:
      run them again, or continue here with `exhibit archive verify --resume`.

      Exit status: 0 all verified, 4 shards are missing or results refused, 5 mismatch or damage, 6 nothing to verify
      against.

      Example:
        exhibit archive collect results --trust worker.pem --case archive
      """)

  @Argument(help: "Folders with results.", completion: .directory) var folders: [String]
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The plan the results are of. Default: the newest.", completion: .file()) var plan: String?
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var reports: ArchiveReportOptions
  @OptionGroup var notification: ArchiveNotifyOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let notify = try notification.choices()
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    StopSignals.install()
    var trusted = try Trust.read(certificates: trust.map { FilePath($0) })
    trusted.certificates += try Certificate.all(
      in: try Files.contents(folder.examinerCertificate, cap: Certificate.largestFile),
      name: folder.examinerCertificate.string)
    let digest = try plan.map { (path) throws(EvidenceError) in try ArchivePlanFile(FilePath(path)).digest }
    let store = try CaseStore.open(folder)
    let all = findings.all
    let isQuiet = output.json
    let collected = try ArchiveCollection(store, plan: digest, trust: trusted, stop: StopSignals.flag)
      .perform(try folders.map { (text) throws(EvidenceError) in FilePath(try required(text, "the folder")) })
    {
      if !isQuiet { Rendering.show(ArchiveRunRendering.lines($0, all: all)) }
    }
    let result = ArchiveShardRendering.run(collected)
    try reports.write(result, ArchiveStatus(store, ArchiveSchedule(now: Host.now())))
    output.show(
      ArchiveShardRendering.lines(collected, all: all), json: ArchiveShardRendering.json(collected))
    ArchiveNotification.send(result, folder: folder, choices: notify)
    if collected.exitStatus != .complete { throw EndedWith(status: collected.exitStatus) }
  }
}
