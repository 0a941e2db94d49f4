import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// What files claim decides on no memory and on no time: each command answers with an error or findings, in 60 seconds
/// of a processor and within 1 GiB, and nothing of this is ever verified.
@Suite struct HostileTests {
  private static func made(_ file: HostileFile) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try file.make(folder.appending(file.name))
    try TestFiles.write([UInt8](repeating: 0, count: 2352 * 100), to: folder.appending("self.bin"))
    return folder
  }

  @Test(arguments: HostileFile.images)
  func images(file: HostileFile) throws {
    let folder = try Self.made(file)
    try Hostile.expectAnswer(
      [
        ["exhibit", "info", file.name], ["exhibit", "info", "--read-data", file.name],
        ["exhibit", "verify", file.name], ["exhibit-verify", file.name],
        ["exhibit", "convert", file.name, "out.raw"],
        ["exhibit", "recover", file.name, "--output", "back.raw"],
      ], in: folder.path)
  }

  @Test(arguments: HostileFile.discs)
  func discs(file: HostileFile) throws {
    let folder = try Self.made(file)
    // What is in no file is never read; a disc that is sound but for that has nothing to compare with.
    try Hostile.expectAnswer(
      [
        ["exhibit", "info", file.name], ["exhibit", "info", "--read-data", file.name],
        ["exhibit", "verify", file.name], ["exhibit-verify", file.name],
        ["exhibit", "convert", file.name, "out.cue"], ["exhibit", "disc", "check", file.name],
        ["exhibit", "disc", "list", file.name], ["exhibit", "disc", "extract", file.name, "files"],
      ], in: folder.path)
  }

  @Test(arguments: HostileFile.logs)
  func logs(file: HostileFile) throws {
    let folder = try Self.made(file)
    try Hostile.expectAnswer(
      [["exhibit", "verify", file.name], ["exhibit-verify", file.name]], in: folder.path)
  }

  @Test(arguments: HostileFile.archives)
  func archives(file: HostileFile) throws {
    let folder = try Self.made(file)
    let result = try Hostile.run(["exhibit", "case", "import", file.name, "case"], in: folder.path)
    #expect(result.status == 2 && result.errors.contains("not a case archive"), "\(result.errors)")
    #expect(try TestFiles.names(in: folder.path).sorted() == [file.name, "self.bin"].sorted())
  }

  // MARK: Records

  /// An acquisition, made once.
  private static let sample = Result { try Sample() }

  private final class Sample: Sendable {
    let folder: TemporaryFolder
    var acquisition: FilePath { folder.appending("case/evidence/001") }
    var proof: FilePath { folder.appending("proof") }
    var bag: FilePath { folder.appending("bag") }

    init() throws {
      folder = try TemporaryFolder()
      try TestFiles.write(ReferencePayload.bytes(length: 3 << 20), to: folder.appending("medium.img"))
      try TestFiles.write(
        Array("eight words of a passphrase that is long\n".utf8), to: folder.appending("secret"))
      let environment = ["EXHIBIT_PASSPHRASE_FILE": folder.appending("secret").string]
      for command in [
        [
          "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "A. Examiner",
          "--organisation", "L",
        ],
        ["item", "add", "--case", "case", "--number", "001", "--description", "stick", "--serial", "1"],
        ["acquire", "medium.img", "--case", "case", "--item", "001", "--format", "raw"],
        ["prove", "--case", "case", "--item", "001", "--sectors", "10-20", "--output", "proof"],
        ["export", "--case", "case", "--item", "001", "--output", "bag"],
      ] {
        let run = try Exhibit(command, in: folder.path, environment: environment)
        try #require(run.status == 0, "\(command): \(run.errors)")
      }
    }

    /// A copy of one of its folders.
    func copy(of path: FilePath) throws -> TemporaryFolder {
      let copy = try TemporaryFolder()
      _ = try Tool.run("cp", ["-r", path.string + "/.", copy.path.string])
      return copy
    }
  }

  private static func changeJSON(_ path: FilePath, _ change: (inout [String: Any]) -> Void) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path.string))
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&object)
    let changed = try JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    try TestFiles.write(Array(changed), to: path)
  }

  private static func changeStream(_ path: FilePath, _ change: (inout [String: Any]) -> Void) throws {
    try changeJSON(path) { manifest in
      var streams = manifest["streams"] as? [[String: Any]] ?? []
      change(&streams[0])
      manifest["streams"] = streams
    }
  }

  private static let largest = (1 << 53) - 1

  private static let manifests: [(name: String, make: @Sendable (FilePath) throws -> Void)] = [
    ("of the longest stream", { try changeStream($0) { $0["length"] = largest } }),
    (
      "of the longest stream in very many images",
      { path in
        try changeStream(path) { $0["length"] = largest }
        try changeJSON(path) { manifest in
          let images = manifest["images"] as? [Any] ?? []
          manifest["images"] = [Any]((0..<3000).map { _ in images[0] })
        }
      }
    ),
    (
      "with many runs",
      { try changeStream($0) { $0["map"] = ["unreadable": (0..<50_000).map { [2 * $0, 1] }] } }
    ),
    (
      "with many files",
      { path in
        try changeJSON(path) { manifest in
          let file = (manifest["files"] as? [[String: Any]])?.first ?? [:]
          manifest["files"] = (0..<5000).map { file.merging(["name": "f\($0)", "size": largest]) { $1 } }
        }
      }
    ),
    ("deep", { try TestFiles.write([UInt8](repeating: UInt8(ascii: "["), count: 60 << 20), to: $0) }),
    (
      "of empty objects",
      { try TestFiles.write(Array(("[" + String(repeating: "{},", count: 2 << 20) + "0]").utf8), to: $0) }
    ),
    ("with a hole", { try sparse($0) }),
  ]

  private static func sparse(_ path: FilePath) throws {
    try #require(truncate(path.string, 1 << 40) == 0)
  }

  @Test(arguments: 0..<7) func manifests(number: Int) throws {
    let folder = try Self.sample.get().copy(of: Self.sample.get().acquisition)
    try Self.manifests[number].make(folder.appending("001.manifest.json"))
    try Hostile.expectAnswer(
      [["exhibit", "verify", "001.manifest.json"], ["exhibit-verify", "001.manifest.json"]], in: folder.path)
  }

  @Test(arguments: ["001.chunks.csv", "001.map", "SHA256SUMS", "001.manifest.json.p7s", "001.raw"])
  func aHoleInTheRecord(name: String) throws {
    let folder = try Self.sample.get().copy(of: Self.sample.get().acquisition)
    try Self.sparse(folder.appending(name))
    try Hostile.expectAnswer(
      [["exhibit", "verify", "001.manifest.json"], ["exhibit-verify", "001.manifest.json"]], in: folder.path)
  }

  @Test(arguments: ["deep", "long", "many"]) func signatures(kind: String) throws {
    let folder = try Self.sample.get().copy(of: Self.sample.get().acquisition)
    let bytes: [UInt8] =
      switch kind {
      case "deep": (0..<500_000).flatMap { _ in [0x30, 0x80] }
      case "long": [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff] + [UInt8](repeating: 0x30, count: 1000)
      default: [0x30, 0x83, 0x0f, 0xff, 0xfb] + (0..<349_000).flatMap { _ in [2, 1, 0] }
      }
    try TestFiles.write(bytes, to: folder.appending("001.manifest.json.p7s"))
    try Hostile.expectAnswer(
      [["exhibit", "verify", "001.manifest.json"], ["exhibit-verify", "001.manifest.json"]], in: folder.path)
  }

  @Test(arguments: ["sectors", "chunks", "number", "path"]) func proofs(kind: String) throws {
    let folder = try Self.sample.get().copy(of: Self.sample.get().proof)
    try Self.changeJSON(folder.appending("001.proof.json")) { proof in
      var chunks = proof["chunks"] as? [[String: Any]] ?? []
      switch kind {
      case "sectors": proof["sectors"] = (0..<50_000).map { [2 * $0, 1] }
      case "chunks": chunks = (0..<20_000).map { chunks[0].merging(["number": $0]) { $1 } }
      case "number": chunks[0]["number"] = Self.largest
      default:
        chunks[0]["path"] = [Any](repeating: (chunks[0]["path"] as? [Any])?.first ?? "", count: 100_000)
      }
      proof["chunks"] = chunks
    }
    try Hostile.expectAnswer([["exhibit", "verify", "."], ["exhibit-verify", "."]], in: folder.path)
  }

  @Test(arguments: ["bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt"])
  func aHoleInABag(name: String) throws {
    let folder = try Self.sample.get().copy(of: Self.sample.get().bag)
    try Self.sparse(folder.appending(name))
    try Hostile.expectAnswer([["exhibit", "verify", "."], ["exhibit-verify", "."]], in: folder.path)
  }

  // MARK: The limits of exhibit-verify

  /// A verification that would crash, or hang, is ended from outside, and says so.
  @Test func theVerifierStopsAtItsLimits() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("long.raw"))
    try #require(truncate(folder.appending("long.raw").string, 8 << 40) == 0)
    let verifier = Exhibit.program.deletingLastPathComponent().appending(path: "exhibit-verify").path
    let stopped = try Tool.run(
      "sh",
      [
        "-c",
        """
        "$0" long.raw --time-limit 2 --json > out 2> err & parent=$!
        until child=$(pgrep -P $parent); do kill -0 $parent || exit 9; sleep 0.1; done
        sleep 1; kill -STOP $child; wait $parent; echo $?; cat err
        """, verifier,
      ], in: folder.path)
    #expect(stopped.output.hasPrefix("4\n"), "\(stopped.output)")
    #expect(
      stopped.output.contains("says nothing about the evidence: long.raw (nothing was read for 2 seconds)"))
    let killed = try Tool.run(
      "sh",
      [
        "-c",
        """
        "$0" long.raw > out 2> err & parent=$!
        until child=$(pgrep -P $parent); do kill -0 $parent || exit 9; sleep 0.1; done
        sleep 1; kill -KILL $child; wait $parent; echo $?; cat err
        """, verifier,
      ], in: folder.path)
    #expect(
      killed.output.hasPrefix("4\n") && killed.output.contains("ended by signal 9"), "\(killed.output)")
    // Whoever reads what it says slowly is not cut off.
    let slow = try Tool.run(
      "sh",
      [
        "-c",
        """
        for i in $(seq 400); do printf x > $i.raw; done
        "$0" [0-9]*.raw --time-limit 2 2> err | (sleep 6; wc -l); cat err
        """, verifier,
      ], in: folder.path)
    #expect(!slow.output.contains("says nothing about the evidence"), "\(slow.output)")
    // Whoever starts it may ignore the ends of its children.
    let ignoring = try Tool.run(
      "python3",
      [
        "-c",
        """
        import signal, subprocess, sys
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        child = subprocess.Popen([sys.argv[1], "1.raw"], stdout=subprocess.PIPE, text=True, restore_signals=False)
        print(child.stdout.read())
        """, verifier,
      ], in: folder.path)
    #expect(ignoring.status == 0 && ignoring.output.contains("Verification of 1.raw"), "\(ignoring.output)")
    // A program that runs it may have the signal blocked.
    let interrupted = try Tool.run(
      "python3",
      [
        "-c",
        """
        import signal, subprocess, sys, time
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        child = subprocess.Popen([sys.argv[1], "long.raw"], stdout=subprocess.PIPE, text=True)
        time.sleep(3)
        child.send_signal(signal.SIGTERM)
        said, _ = child.communicate(timeout=60)
        print(child.returncode)
        print(said)
        """, verifier,
      ], in: folder.path)
    #expect(
      interrupted.output.hasPrefix("4\n") && interrupted.output.contains("Incomplete"),
      "\(interrupted.output)")
  }
}
