import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct RecoverTests {
  private static let payload = ReferencePayload.bytes(length: 3 << 20)
  private static let sectorCount = (3 << 20) / 512

  /// A ddrescue mapfile as one status per sector.
  private static func map(_ path: FilePath, sectors: Int) throws -> [Character] {
    var states: [Character] = []
    let lines = String(decoding: try TestFiles.read(path), as: UTF8.self).split(separator: "\n")
    for line in lines.filter({ !$0.hasPrefix("#") }).dropFirst() {
      let fields = line.split(separator: " ")
      let start = try #require(Int(fields[0].dropFirst(2), radix: 16))
      let size = try #require(Int(fields[1].dropFirst(2), radix: 16))
      #expect(start == states.count * 512)
      states += [Character](repeating: Character(String(fields[2])), count: size / 512)
    }
    #expect(states.count == sectors)
    return states
  }

  /// Runs `recover` on image.E01 and compares the output with the source, sector by sector.
  /// - Returns: the states of the sectors.
  @discardableResult
  private static func recover(
    in folder: FilePath, payload: [UInt8] = payload, options: [String] = [], status: Int32
  ) throws -> (states: [Character], run: Exhibit) {
    let run = try Exhibit(
      ["recover", "image.E01", "--output", "out.raw", "--json"] + options, in: folder)
    try #require(run.status == status, "\(run.errors)")
    let bytes = try TestFiles.read(folder.appending("out.raw"))
    #expect(bytes.count == payload.count)
    let states = try map(folder.appending("out.map"), sectors: payload.count / 512)
    var wrong: [Int] = []
    var filled: [Int] = []
    let zeros = [UInt8](repeating: 0, count: 512)
    for (sector, state) in states.enumerated() {
      let range = sector * 512..<sector * 512 + 512
      if state == "+" {
        if bytes[range] != payload[range] { wrong.append(sector) }
      } else if bytes[range] != zeros[...] {
        filled.append(sector)
      }
    }
    #expect(wrong == [], "sectors marked + that are not the source's")
    if !options.contains("--keep-damaged") { #expect(filled == [], "lost sectors that are not zeros") }
    #expect(run.number("recoveredSectors") == states.filter { $0 == "+" }.count)
    #expect(run.number("lostSectors") == states.filter { $0 == "-" }.count)
    #expect(run.number("unknownSectors") == states.filter { $0 == "?" }.count)
    let sum = try Tool.run("sha256sum", ["out.raw"], in: folder).output.prefix(64)
    #expect(run.json["sha256OfRecoveredFile"] as? String == String(sum))
    if Tool.exists("ddrescuelog") {
      #expect(try Tool.run("ddrescuelog", ["-t", "out.map"], in: folder).status == 0)
    }
    #expect(try TestFiles.names(in: folder).filter { $0.hasSuffix(".partial") } == [])
    return (states, run)
  }

  @Test func recoversASoundImageWhole() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    let (states, _) = try Self.recover(in: folder.path, status: 0)
    #expect(states.allSatisfy { $0 == "+" })
  }

  /// Cut inside the only `sectors` section, where ewfrecover gives nothing but zeros.
  @Test(arguments: ["none", "fast"])
  func recoversACutImage(compression: String) throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path, options: ["-c", compression])
    let path = folder.appending("image.E01")
    let bytes = try TestFiles.read(path)
    let sectors = try SampleImage.section("sectors", in: bytes)
    try TestFiles.write(Array(bytes[..<(sectors.lowerBound + sectors.count * 2 / 3)]), to: path)
    let (states, run) = try Self.recover(in: folder.path, status: 3)
    let recovered = states.prefix { $0 == "+" }.count
    #expect(recovered > Self.sectorCount / 2)
    #expect(states[recovered...].allSatisfy { $0 == "?" })
    #expect(run.number("carvedSectors") == recovered)
  }

  /// ewfacquirestream is killed in the middle of its work.
  @Test func recoversWhatAKilledProgramLeft() throws {
    let folder = try TemporaryFolder()
    let total = 6 << 20
    let payload = ReferencePayload.bytes(length: total)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ewfacquirestream", "-B", "\(total)", "-f", "encase6", "-c", "none", "-S", "2097152", "-t", "image",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path.string)
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // All but the end, which it waits for.
    try pipe.fileHandleForWriting.write(contentsOf: Data(payload[..<(5 << 20)]))
    let third = URL(fileURLWithPath: folder.appending("image.E03").string)
    // As long as it takes: the program waits for the rest and does not end by itself.
    while process.isRunning {
      let size = (try? FileManager.default.attributesOfItem(atPath: third.path)[.size]) as? Int ?? 0
      if size > 300_000 { break }
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? pipe.fileHandleForWriting.close()

    let (states, run) = try Self.recover(in: folder.path, payload: payload, status: 3)
    let recovered = states.prefix { $0 == "+" }.count
    // Two segments were complete; of the third, chunks lie there without a table.
    #expect(recovered * 512 > 4 << 20)
    #expect(run.number("carvedSectors") ?? 0 > 0)
    #expect(states[recovered...].allSatisfy { $0 == "?" })
  }

  @Test func recoversAroundAMissingSegment() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path, options: ["-c", "none", "-S", "1048576"])
    try FileManager.default.removeItem(atPath: folder.appending("image.E02").string)
    let (states, run) = try Self.recover(in: folder.path, status: 3)
    #expect(states.first == "+")
    #expect(states.last == "+")
    #expect(run.ranges("unknown").count == 1)
    #expect(run.ranges("lost") == [])
    let lost = run.ranges("unknown")[0].count
    #expect(lost > 1500 && lost <= 2048)
  }

  @Test(arguments: ["none", "fast"])
  func marksDamagedChunks(compression: String) throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path, options: ["-c", compression])
    let path = folder.appending("image.E01")
    let sectors = try SampleImage.section("sectors", in: try TestFiles.read(path))
    for place in [200, sectors.count / 3, sectors.count / 2, sectors.count - 400] {
      try TestFiles.flipBit(path, byte: sectors.lowerBound + 76 + place, bit: 4)
    }
    let (states, run) = try Self.recover(in: folder.path, status: 3)
    #expect((1...4 * 16).contains(states.filter { $0 == "-" }.count))
    #expect(states.filter { $0 == "?" }.isEmpty)
    let lost = run.ranges("lost")
    #expect(lost.allSatisfy { $0.lowerBound % 16 == 0 && $0.count % 16 == 0 })

    for name in ["out.raw", "out.map"] {
      try FileManager.default.removeItem(atPath: folder.appending(name).string)
    }
    // Bytes that inflate are written, but still marked.
    let kept = try Self.recover(in: folder.path, options: ["--keep-damaged"], status: 3)
    #expect(kept.states == states)
    let bytes = try TestFiles.read(folder.appending("out.raw"))
    let first = lost[0].lowerBound * 512
    #expect(bytes[first..<first + 6] == Self.payload[first..<first + 6])
  }

  /// What the acquisition could not read is filler, whatever it looks like.
  @Test func marksSectorsThatWereNeverRead() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    let sectors = try SampleImage.section("sectors", in: try TestFiles.read(folder.appending("image.E01")))
    try TestFiles.flipBit(folder.appending("image.E01"), byte: sectors.lowerBound + 76 + 9000, bit: 4)
    try FileManager.default.createDirectory(
      atPath: folder.appending("b").string, withIntermediateDirectories: false)
    let converted = try Exhibit(
      ["convert", "image.E01", "b/image.E01", "--accept-damage", "--json"], in: folder.path)
    try #require(converted.status == 3)
    let (_, run) = try Self.recover(in: folder.appending("b"), status: 3)
    #expect(run.ranges("lost") == converted.ranges("lost"))
    #expect(run.ranges("recordedUnreadable") == converted.ranges("lost"))
  }

  @Test func neverOverwritesAndLeavesNothing() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    for existing in ["out.raw", "out.map", "out.raw.partial"] {
      try TestFiles.write([1, 2, 3], to: folder.appending(existing))
      let before = try TestFiles.names(in: folder.path)
      let run = try Exhibit(["recover", "image.E01", "--output", "out.raw"], in: folder.path)
      #expect(run.status == 2)
      #expect(run.errors.contains(existing))
      #expect(try TestFiles.names(in: folder.path) == before)
      #expect(try TestFiles.read(folder.appending(existing)) == [1, 2, 3])
      try FileManager.default.removeItem(atPath: folder.appending(existing).string)
    }
    let raw = try Exhibit(["recover", "source", "--output", "out.raw"], in: folder.path)
    #expect(raw.status == 2)
    let away = try Exhibit(["recover", "image.E01", "--output", "none/out.raw"], in: folder.path)
    #expect(away.status == 2)
    #expect(
      try TestFiles.names(in: folder.path)
        == ["image.E01", "image.txt", "source"].filter {
          FileManager.default.fileExists(atPath: folder.appending($0).string)
        })
  }
}
