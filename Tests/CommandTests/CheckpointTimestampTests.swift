import Evidence
import EvidenceTestKit
import SystemPackage
import Testing

/// An authority says when a signed checkpoint of the audit log existed.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Tool.exists("openssl"), "needs openssl"))
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

    let verify = ["audit", "verify", "--case", "case", "--trust", authority.root.string]
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
