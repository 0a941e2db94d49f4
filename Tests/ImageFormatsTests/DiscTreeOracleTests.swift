import DiscFiles
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

private let hasTools = ["genisoimage", "xorriso", "7zz", "mkzftree"].allSatisfy { Tool.exists($0) }

/// Trees that other programs wrote, judged by what other programs read.
@Suite(.enabled(if: hasTools, "needs genisoimage, xorriso, 7zz and mkzftree")) struct DiscTreeOracleTests {
  private static func makeTree(in folder: TemporaryFolder) throws {
    var random = SeededGenerator(seed: 77)
    func put(_ path: String, _ count: Int) throws {
      let place = folder.appending("tree").pushing(FilePath(path))
      _ = try Tool.run("mkdir", ["-p", place.removingLastComponent().string])
      try TestFiles.write(random.bytes(count), to: place)
    }
    try put("plain.txt", 5)
    try put("Fotos März/Übersicht, alt.jpg", 70_000)
    try put("отчёт.doc", 4096)
    try put("証拠/café.txt", 1)
    try put("a/b/c/d/e/f/g/h/i/j/deep.bin", 2049)
    try put("empty", 0)
    for number in 0..<200 { try put("many/file \(number).dat", number * 37) }
  }

  private static let writers: [(name: String, command: [String], kind: DiscTree.Kind, type: String)] = [
    ("Rock Ridge of genisoimage", ["genisoimage", "-quiet", "-R"], .rockRidge, "iso"),
    ("Rock Ridge of xorriso", ["xorriso", "-as", "mkisofs", "-quiet", "-r"], .rockRidge, "iso"),
    (
      "Joliet of genisoimage",
      ["genisoimage", "-quiet", "-D", "-J", "-joliet-long", "-input-charset", "utf-8"], .joliet, "iso"
    ),
    (
      "Joliet of xorriso", ["xorriso", "-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-r"], .joliet, "iso"
    ),
    ("UDF of genisoimage", ["genisoimage", "-quiet", "-D", "-udf", "-input-charset", "utf-8"], .udf, "udf"),
  ]

  @Test(arguments: writers.indices)
  func everyFileIsWhatWasWritten(_ index: Int) throws {
    let writer = Self.writers[index]
    let folder = try TemporaryFolder()
    try Self.makeTree(in: folder)
    let made = try Tool.run(
      writer.command[0], Array(writer.command.dropFirst()) + ["-o", "x.iso", "tree"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let exhibit = try Programs.folder() + "/exhibit"
    let run = try Tool.run(
      exhibit, ["disc", "extract", "x.iso", "ours", "--tree", writer.kind.rawValue], in: folder.path,
      environment: ["LC_ALL": "C"])
    #expect(run.status == 0, "\(writer.name): \(run.errors)\(run.output.suffix(500))")
    // Folders that were too deep lay in a folder of their own.
    let same = try Tool.run("diff", ["-r", "-x", "rr_moved", "tree", "ours"], in: folder.path)
    #expect(same.status == 0, "\(writer.name): \(same.output.prefix(500))")
    let sums = try Tool.run(
      "sha256sum", ["--quiet", "-c", "../ours.SHA256SUMS"], in: folder.appending("ours"))
    #expect(sums.status == 0, "\(sums.output)")
    // The judge finds the same names.
    let judge = try Tool.run("7zz", ["l", "-slt", "-ba", "-t\(writer.type)", "x.iso"], in: folder.path)
    let names = judge.output.matches(of: /Path = (.+)/).count
    let tree = try Tool.run("find", ["ours", "-mindepth", "1"], in: folder.path)
    // 7-Zip shows Rock Ridge or Joliet, and folders that were moved where they lie.
    #expect(writer.kind == .rockRidge || names == tree.output.split(separator: "\n").count, "\(writer.name)")
  }

  /// Blocks of zeros have no bytes.
  @Test func zisofs() throws {
    let folder = try TemporaryFolder()
    _ = try Tool.run(
      "bash",
      [
        "-c",
        "mkdir s; (echo hello; head -c 1000000 /dev/zero) > s/trail; seq 1 20000 > s/seq; : > s/none; mkzftree s z; genisoimage -quiet -z -R -o a.iso z",
      ],
      in: folder.path)
    let run = try Tool.run(
      try Programs.folder() + "/exhibit", ["disc", "extract", "a.iso", "ours"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)\(run.output)")
    #expect(try Tool.run("diff", ["-r", "s", "ours"], in: folder.path).status == 0)
  }

  /// What only one tree has, and a size that another contradicts, is said.
  @Test func differencesBetweenTreesAreNamed() throws {
    let folder = try TemporaryFolder()
    _ = try Tool.run(
      "bash",
      [
        "-c",
        """
        mkdir s t; echo "needs UDF" > s/README.TXT; echo contents > s/setup.exe; echo a > t/a.txt; echo hidden > t/hidden.txt
        genisoimage -quiet -udf -hide setup.exe -o udf.iso s; genisoimage -quiet -J -hide-joliet hidden.txt -o iso.iso t
        truncate -s 4500000000 s/big.bin; genisoimage -quiet -allow-limited-size -udf -J -R -o big.iso s
        """,
      ], in: folder.path)
    func list(_ name: String) throws -> String {
      try Tool.run(try Programs.folder() + "/exhibit", ["disc", "list", name], in: folder.path).output
    }
    #expect(try list("udf.iso").contains("setup.exe: in UDF, not in ISO 9660"))
    #expect(try list("iso.iso").contains("HIDDEN.TXT: in ISO 9660, not in Joliet"))
    let big = try list("big.iso")
    #expect(big.contains("big.bin: 4500000000 bytes in UDF, 205032704 in Rock Ridge"), "\(big)")
  }

  @Test(
    .enabled(if: Tool.exists("mkudffs"), "needs udftools"),
    arguments: ["cdr", "dvdr", "cdrw", "dvdrw", "hd", "bdr"])
  func udfOfEveryMediumIsRead(_ medium: String) throws {
    for revision in ["0x0150", "0x0201", "0x0250"] {
      let folder = try TemporaryFolder()
      let made = try Tool.run(
        "bash",
        [
          "-c",
          "truncate -s 8M x.iso; mkudffs --media-type=\(medium) --udfrev=\(revision) -b 2048 -l VOL x.iso",
        ],
        in: folder.path)
      // Not every medium has every revision.
      guard made.status == 0 else { continue }
      let run = try Tool.run(
        try Programs.folder() + "/exhibit", ["disc", "list", "x.iso", "--json"], in: folder.path)
      let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      let tree = json?["tree"] as? [String: Any]
      #expect(run.status == 0 && tree?["name"] as? String == "VOL", "\(medium) \(revision): \(run.errors)")
      #expect((tree?["remarks"] as? [String]) == [], "\(medium) \(revision)")
    }
  }
}
