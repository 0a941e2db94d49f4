import Evidence
import EvidenceTestKit
import Foundation
import OpticalDisc
import SystemPackage
import Testing

private let hasTools = Tool.exists("xorriso") && Tool.exists("genisoimage")

/// The commands for discs, as an examiner runs them.
@Suite struct DiscTests {
  /// A disc with a file system on whole sectors and a track of audio behind it.
  private static func disc(in folder: TemporaryFolder, damaging: [Int] = []) throws -> Int {
    let tree = folder.appending("tree")
    _ = try Tool.run("mkdir", ["-p", tree.appending("Deeper Folder").string])
    var random = SeededGenerator(seed: 21)
    try TestFiles.write(random.bytes(50_000), to: tree.appending("Deeper Folder").appending("noise.bin"))
    try TestFiles.write(Array("hello\n".utf8), to: tree.appending("hello.txt"))
    _ = try Tool.run("cp", [tree.appending("hello.txt").string, tree.appending("again.txt").string])
    _ = try Tool.run("ln", ["-s", "hello.txt", tree.appending("link").string])
    let made = try Tool.run(
      "xorriso", ["-as", "mkisofs", "-quiet", "-r", "-J", "-V", "EVIDENCE", "-o", "fs.iso", "tree"],
      in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let data = try TestFiles.read(folder.appending("fs.iso"))
    let count = data.count / 2048
    var bytes: [UInt8] = []
    for number in 0..<count {
      var sector = SectorCodec.encode(
        .mode1, at: MSF(frames: number + 150), data: Array(data[number * 2048..<(number + 1) * 2048]))
      if damaging.contains(number) { sector[1000] ^= 0x20 }
      bytes += sector
    }
    try TestFiles.write(bytes + random.bytes(300 * 2352), to: folder.appending("disc.bin"))
    let sheet = """
      CATALOG 1234567890123
      FILE "disc.bin" BINARY
        TRACK 01 MODE1/2352
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          ISRC DEMUA9800001
          PREGAP 00:02:00
          INDEX 01 \(MSF(frames: count))
      """
    try TestFiles.write(Array(sheet.utf8), to: folder.appending("disc.cue"))
    return count
  }

  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func showsTheDisc() throws {
    let folder = try TemporaryFolder()
    let count = try Self.disc(in: folder)
    let run = try Exhibit(["disc", "show", "disc.cue", "--read-data", "--svg", "disc.svg"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    for text in [
      "BIN/CUE of a CD", "1234567890123", "ISRC DEMUA9800001", "150 absent", "150 synthesised", "“EVIDENCE”",
      "\(count) mode 1, EDC wrong in 0, parity in 0", "no data sector is damaged",
    ] { #expect(run.output.contains(text), "\(text)") }
    let svg = try Tool.run(
      "python3",
      ["-c", "import sys,xml.dom.minidom as m; print(m.parse('disc.svg').documentElement.tagName)"],
      in: folder.path)
    #expect(svg.output == "svg\n")
    let json = try Exhibit(["disc", "show", "disc.cue", "--json"], in: folder.path)
    #expect(json.json["catalog"] as? String == "1234567890123")
  }

  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func listsAndExtracts() throws {
    let folder = try TemporaryFolder()
    _ = try Self.disc(in: folder)
    let list = try Exhibit(["disc", "list", "disc.cue"], in: folder.path)
    #expect(list.status == 0, "\(list.errors)")
    for text in ["hello.txt", "again.txt", "Deeper Folder/noise.bin", "link -> hello.txt", "3 files"] {
      #expect(list.output.contains(text), "\(text)\n\(list.output)")
    }
    if Tool.exists("7zz") {
      let peer = try Tool.run("7zz", ["l", "-ba", "-slt", "fs.iso"], in: folder.path).output
      for name in peer.matches(of: /Path = (.+)/).map({ String($0.1) }) {
        #expect(list.output.contains(name), "7zz has \(name)")
      }
    }
    if Tool.exists("iso-info") {
      let peer = try Tool.run("iso-info", ["-f", "-i", "fs.iso", "--no-header"], in: folder.path).output
      for found in peer.matches(of: /\s(\d+)\s+(\/\S.*\.(?:txt|bin))/) {
        #expect(list.output.contains(found.2.dropFirst()), "iso-info has \(found.2)")
      }
    }
    let extract = try Exhibit(["disc", "extract", "disc.cue", "files", "--json"], in: folder.path)
    #expect(extract.status == 0, "\(extract.errors)")
    for name in ["hello.txt", "again.txt", "Deeper Folder/noise.bin"] {
      #expect(
        try TestFiles.read(folder.appending("files").pushing(FilePath(name)))
          == TestFiles.read(folder.appending("tree").pushing(FilePath(name))), "\(name)")
    }
    let digests = (extract.json["files"] as? [[String: Any]] ?? []).compactMap { $0["sha256"] as? String }
    let sum = try Tool.run("sha256sum", ["tree/hello.txt"], in: folder.path).output.prefix(64)
    #expect(digests.count == 3 && digests.contains(String(sum)))
    #expect((extract.json["skipped"] as? [[String: Any]])?.first?["path"] as? String == "link")
    #expect(try Exhibit(["disc", "extract", "disc.cue", "files"], in: folder.path).status == 2)
  }

  /// A byte flipped in a whole sector is found, told before its sign is lost, and mended when asked.
  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func damageIsToldAndMended() throws {
    let folder = try TemporaryFolder()
    _ = try Self.disc(in: folder, damaging: [40, 41])
    let check = try Exhibit(["disc", "check", "disc.cue"], in: folder.path)
    #expect(check.status == 5)
    #expect(
      check.output.contains("disc.sector-damaged") && check.output.contains("sectors 40-41; 2 of them can be")
    )
    let refused = try Exhibit(
      ["convert", "disc.cue", "data.iso", "--accept-loss", "sector-headers,tracks,mcn,isrc"], in: folder.path)
    #expect(
      refused.status == 1 && refused.output.contains("damaged-sectors") && refused.output.contains("--repair")
    )
    #expect(try !TestFiles.names(in: folder.path).contains { $0.hasPrefix("data.iso") })
    let mended = try Exhibit(
      [
        "convert", "disc.cue", "data.iso", "--repair", "--accept-loss", "sector-headers,tracks,mcn,isrc",
        "--json",
      ],
      in: folder.path)
    #expect(mended.status == 0, "\(mended.errors)")
    #expect(mended.json["corrected"] as? [Int] == [40, 41])
    #expect(try TestFiles.read(folder.appending("data.iso")) == TestFiles.read(folder.appending("fs.iso")))
    let record =
      try JSONSerialization.jsonObject(
        with: Data(try TestFiles.read(folder.appending("data.changes.json")))) as? [String: Any]
    #expect(record?["corrected"] as? [Int] == [40, 41])
    #expect((record?["losses"] as? [Any])?.count == 4)
  }

  /// The second session alone, and on its disc: files of both, by the addresses of the disc.
  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func laterSessionsAreListed() throws {
    let folder = try TemporaryFolder()
    _ = try Self.disc(in: folder)
    let size = try TestFiles.size(folder.appending("fs.iso")) / 2048
    _ = try Tool.run("mkdir", ["more"], in: folder.path)
    try TestFiles.write(Array("later\n".utf8), to: folder.appending("more").appending("later.txt"))
    let start = size + 11400
    let made = try Tool.run(
      "genisoimage",
      ["-quiet", "-r", "-C", "0,\(start)", "-M", "fs.iso", "-V", "SECOND", "-o", "second.iso", "more"],
      in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let sheet = """
      REM SESSION 01
      FILE "fs.iso" BINARY
        TRACK 01 MODE1/2048
          INDEX 01 00:00:00
      REM SESSION 02
      FILE "second.iso" BINARY
        TRACK 02 MODE1/2048
          INDEX 01 00:00:00
      """
    try TestFiles.write(Array(sheet.utf8), to: folder.appending("two.cue"))
    let list = try Exhibit(["disc", "list", "two.cue"], in: folder.path)
    #expect(list.status == 0 && list.output.contains("later.txt") && list.output.contains("hello.txt"))
    let extract = try Exhibit(["disc", "extract", "two.cue", "both"], in: folder.path)
    #expect(extract.status == 0, "\(extract.errors)")
    #expect(try TestFiles.read(folder.appending("both").appending("later.txt")) == Array("later\n".utf8))
    #expect(try TestFiles.read(folder.appending("both").appending("hello.txt")) == Array("hello\n".utf8))
    // Alone, its own file is there; what lies in the first session is not, and that is said.
    let alone = try Exhibit(["disc", "list", "second.iso"], in: folder.path)
    #expect(alone.status == 0 && alone.output.contains("later.txt"))
    let missing = try Exhibit(["disc", "extract", "second.iso", "alone"], in: folder.path)
    #expect(missing.status == 4 && missing.output.contains("INCOMPLETE  hello.txt"))
    #expect(missing.output.contains("not in the image") && missing.output.contains("1 of 4 files copied"))
  }

  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func convertsAndNamesWhatIsLost() throws {
    let folder = try TemporaryFolder()
    _ = try Self.disc(in: folder)
    #expect(
      try Exhibit(["convert", "disc.cue", "out.E01"], in: folder.path).status == 1, "no sheet in an E01")
    let refused = try Exhibit(["convert", "disc.cue", "out.iso"], in: folder.path)
    #expect(refused.status == 1)
    #expect(refused.output.contains("--accept-loss isrc,mcn,sector-headers,tracks"))
    let wrong = try Exhibit(
      ["convert", "disc.cue", "out.iso", "--accept-loss", "everything"], in: folder.path)
    #expect(wrong.status == 1 && wrong.errors.contains("--accept-loss everything"))
    let there = try Exhibit(["convert", "disc.cue", "out.toc", "--json"], in: folder.path)
    #expect(there.status == 0, "\(there.errors)")
    #expect((there.json["tracks"] as? [[String: Any]])?.compactMap { $0["equal"] as? Bool } == [true, true])
    let back = try Exhibit(["convert", "out.toc", "back.cue"], in: folder.path)
    #expect(back.status == 0)
    #expect(try TestFiles.read(folder.appending("back.bin")) == TestFiles.read(folder.appending("disc.bin")))
    #expect(
      try Exhibit(["convert", "disc.cue", "back.cue"], in: folder.path).status == 2, "nothing is overwritten")
    #expect(try TestFiles.names(in: folder.path).filter { $0.hasSuffix(".partial") } == [])
    let split = try Exhibit(
      ["convert", "disc.cue", "t", "--format", "tracks", "--accept-loss", "sector-headers"], in: folder.path)
    #expect(split.status == 0)
    #expect(try TestFiles.read(folder.appending("t01.iso")) == TestFiles.read(folder.appending("fs.iso")))
  }

  @Test(.enabled(if: hasTools, "needs xorriso and genisoimage")) func makesAnImageOfAFolder() throws {
    let folder = try TemporaryFolder()
    _ = try Self.disc(in: folder)
    let made = try Exhibit(["make-iso", "tree", "new.iso", "--volume", "NEW_ONE", "--json"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.json["files"] as? Int == 3 && made.json["others"] as? Int == 1)
    let sum = try Tool.run("sha256sum", ["new.iso"], in: folder.path).output.prefix(64)
    #expect(made.json["sha256"] as? String == String(sum))
    let list =
      try JSONSerialization.jsonObject(
        with: Data(try TestFiles.read(folder.appending("new.iso.files.json")))) as? [String: Any]
    let names = (list?["files"] as? [[String: Any]])?.compactMap { $0["path"] as? String }
    #expect(names == ["Deeper Folder/noise.bin", "again.txt", "hello.txt"])
    let said = try Tool.run("isoinfo", ["-d", "-i", "new.iso"], in: folder.path).output
    #expect(said.contains("Volume id: NEW_ONE") && said.contains("Joliet") && said.contains("Rock Ridge"))
    #expect(
      try Exhibit(["make-iso", "tree", "new.iso"], in: folder.path).status == 2, "nothing is overwritten")
    #expect(try Exhibit(["make-iso", "nowhere", "x.iso"], in: folder.path).status == 2)
    #expect(try Exhibit(["make-iso", "tree", "x.iso", "--volume", "é"], in: folder.path).status == 1)
    #expect(try TestFiles.names(in: folder.path).filter { $0.hasPrefix("x.iso") } == [])
  }

  @Test(.enabled(if: hasTools && Tool.exists("7zz"), "needs xorriso, genisoimage and 7zip"))
  func filesOfUDF() throws {
    let folder = try TemporaryFolder()
    let count = try Self.disc(in: folder)
    let made = try Exhibit(["make-iso", "tree", "udf.iso", "--udf", "--json"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.json["files"] as? Int == 3)
    // The same in whole sectors of 2352 bytes, behind a track of audio, and as the only file system there is.
    let data = try TestFiles.read(folder.appending("udf.iso"))
    var bytes = [UInt8](repeating: 0x11, count: 300 * 2352)
    for number in 0..<data.count / 2048 {
      bytes += SectorCodec.encode(
        .mode1, at: MSF(frames: 300 + number + 150), data: Array(data[number * 2048..<(number + 1) * 2048]))
    }
    try TestFiles.write(bytes, to: folder.appending("both.bin"))
    let sheet = """
      FILE "both.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 MODE1/2352
          INDEX 01 \(MSF(frames: 300))
      """
    try TestFiles.write(Array(sheet.utf8), to: folder.appending("both.cue"))
    for image in ["udf.iso", "both.cue"] {
      let list = try Exhibit(["disc", "list", image, "--tree", "udf"], in: folder.path)
      #expect(list.status == 0 && list.output.contains("Deeper Folder/noise.bin"), "\(list.errors)")
      #expect(list.output.contains("UDF: 4 files, 1 folder"), "the link is one of them: \(list.output)")
      let extract = try Exhibit(
        ["disc", "extract", image, "\(image).files", "--tree", "udf"], in: folder.path)
      #expect(extract.status == 0, "\(extract.errors)")
      for name in ["hello.txt", "again.txt", "Deeper Folder/noise.bin"] {
        #expect(
          try TestFiles.read(folder.appending("\(image).files").pushing(FilePath(name)))
            == TestFiles.read(folder.appending("tree").pushing(FilePath(name))), "\(image): \(name)")
      }
    }
    #expect(count > 0)
    let none = try Exhibit(["disc", "list", "fs.iso", "--tree", "udf"], in: folder.path)
    #expect(
      none.status == 1 && none.errors.contains("the disc has rock-ridge in session 1, track 1"),
      "\(none.errors)")
  }
}
