import Evidence
import EvidenceTestKit
import SystemPackage
import Testing

/// An authority says when a signed checkpoint of the audit log existed.
@Suite(.timeLimit(.minutes(20)), .enabled(if: Tool.exists("openssl"), "needs openssl"))
struct CheckpointTimestampTests {
  @Test func aCheckpointIsStampedOnceAndChecked() throws {
    let folder = try TemporaryFolder()
    let authority = try TestAuthority()
    let address = try authority.serve()
    let create = [
      "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "e", "--unencrypted-key",
    ]
    #expect(try Exhibit(create, in: folder.path).status == 0)
    let stamp = ["audit", "checkpoint", "--case", "case", "--authority", address]
    let stamped = try Exhibit(stamp, in: folder.path)
    #expect(stamped.status == 0, "\(stamped.errors)")
    let checkpoints = folder.appending("case/checkpoints")
    let tokens = try TestFiles.names(in: checkpoints).filter { $0.hasSuffix(".tsr") }
    let name = try #require(tokens.first)
    #expect(tokens.count == 1)

    let stock = try Tool.run(
      "openssl",
      [
        "ts", "-verify", "-token_in", "-in", name, "-data",
        name.replacing(".tsr", with: ".p7s"), "-CAfile", authority.root.string,
      ], in: checkpoints)
    #expect(stock.output.contains("Verification: OK"), "\(stock.output)\(stock.errors)")

    let verify = [
      "audit", "verify", "--case", "case", "--trust", authority.root.string, "--trust",
      "case/certificates/examiner.pem",
    ]
    let sound = try Exhibit(verify, in: folder.path)
    #expect(sound.status == 0 && !sound.output.contains("timestamp."), "\(sound.output)")
    let unknown = try Exhibit(["audit", "verify", "--case", "case"], in: folder.path)
    #expect(unknown.status == 0 && unknown.output.contains("timestamp.untrusted"), "\(unknown.output)")

    var bytes = try TestFiles.read(checkpoints.appending(name))
    bytes[bytes.count / 2] ^= 1
    try TestFiles.write(bytes, to: checkpoints.appending(name))
    let changed = try Exhibit(verify, in: folder.path)
    #expect(changed.status != 0 && changed.output.contains("timestamp.invalid"), "\(changed.output)")
  }

  /// Where the laboratory has set an authority, every checkpoint is stamped, and a stranger checks that as well.
  @Test func theAuthorityThatIsSetStampsEveryCheckpoint() throws {
    let folder = try TemporaryFolder()
    let authority = try TestAuthority()
    let environment = ["EXHIBIT_AUTHORITY": try authority.serve()]
    func run(_ arguments: [String], environment: [String: String] = environment) throws -> Exhibit {
      try Exhibit(arguments, in: folder.path, environment: environment)
    }
    let create = [
      "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "e", "--unencrypted-key",
    ]
    #expect(try run(create).status == 0)
    let custody = [
      "custody", "record", "--case", "case", "--item", "001", "--event", "collect", "--received-by", "e",
    ]
    #expect(try run(["item", "add", "--case", "case", "--number", "001", "--description", "d"]).status == 0)
    let recorded = try run(custody)
    #expect(recorded.status == 0 && recorded.errors.isEmpty, "\(recorded.errors)")
    let names = try TestFiles.names(in: folder.appending("case/checkpoints"))
    #expect(names.contains { $0.hasSuffix(".tsr") })
    #expect(
      names.filter { $0.hasSuffix(".tsr") }.count == names.filter { $0.hasSuffix(".p7s") }.count, "\(names)")

    let export = ["audit", "export", "--case", "case", "--output", "log.jsonl"]
    #expect(try run(export).status == 0)
    let trust = ["--trust", "case/certificates/examiner.pem"]
    let checked = try Exhibit(
      ["log.jsonl"] + trust + ["--trust", authority.root.string], in: folder.path, by: "exhibit-verify")
    #expect(checked.status == 0, "\(checked.output)")
    #expect(checked.output.contains("time stamps of checkpoints"), "\(checked.output)")
    #expect(!checked.output.contains("timestamp."), "\(checked.output)")
    let unknown = try Exhibit(["log.jsonl"] + trust, in: folder.path, by: "exhibit-verify")
    #expect(unknown.output.contains("timestamp.untrusted"), "\(unknown.output)")

    // One that cannot be reached costs the time stamp and nothing else.
    let away = try run(custody, environment: ["EXHIBIT_AUTHORITY": "http://127.0.0.1:1/"])
    #expect(away.status == 0 && away.errors.contains("has no time stamp"), "\(away.errors)")
    // One that is named wrongly too: the head is signed all the same.
    let signatures = try TestFiles.names(in: folder.appending("case/checkpoints")).count
    let wrong = try run(custody, environment: ["EXHIBIT_AUTHORITY": "nonsense"])
    #expect(wrong.status == 0 && wrong.errors.contains("has no time stamp"), "\(wrong.errors)")
    #expect(try TestFiles.names(in: folder.appending("case/checkpoints")).count == signatures + 2)
    #expect(try run(["audit", "checkpoint", "--case", "case"]).status == 0)
    let after = try TestFiles.names(in: folder.appending("case/checkpoints"))
    // Only the newest is stamped later: it covers those before it.
    #expect(
      after.filter { $0.hasSuffix(".tsr") }.count == names.filter { $0.hasSuffix(".tsr") }.count + 1,
      "\(after)")
  }

  @Test func anAuthorityThatDoesNotAnswerIsSaidAndCostsNothing() throws {
    let folder = try TemporaryFolder()
    let create = [
      "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "e", "--unencrypted-key",
    ]
    #expect(try Exhibit(create, in: folder.path).status == 0)
    let run = try Exhibit(
      ["audit", "checkpoint", "--case", "case", "--authority", "http://127.0.0.1:1/"], in: folder.path)
    #expect(run.status == ExitStatus.failed.rawValue, "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try Exhibit(["audit", "verify", "--case", "case"], in: folder.path).status == 0)
  }
}
