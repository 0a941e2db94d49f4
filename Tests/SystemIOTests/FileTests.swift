import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing

@Suite struct DurableFileTests {
  @Test func writesAtOffsets() throws {
    let folder = try TemporaryFolder()
    let file = try DurableFile(creating: folder.appending("a"))
    try file.write(([5, 6] as [UInt8]).span.bytes, at: 4)
    try file.write(([1, 2] as [UInt8]).span.bytes, at: 0)
    try file.write([UInt8]().span.bytes, at: 100)
    try file.close()
    #expect(try TestFiles.read(folder.appending("a")) == [1, 2, 0, 0, 5, 6])
  }

  @Test func refusesWhateverIsThere() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("file"))
    try DurableFolder.create(folder.appending("folder"))
    try Tool.require("mkfifo", [folder.appending("pipe").string])
    try Tool.require("ln", ["-s", "file", folder.appending("link").string])
    try Tool.require("ln", ["-s", "nowhere", folder.appending("dangling").string])
    for name in ["file", "folder", "pipe", "link", "dangling"] {
      let error = #expect(throws: EvidenceError.self) {
        _ = try DurableFile(creating: folder.appending(name))
      }
      #expect(error?.code == .outputExists, "\(name)")
    }
    #expect(try TestFiles.read(folder.appending("file")) == [1])
    #expect(!Files.exists(folder.appending("nowhere")))
  }

  @Test func refusesAMissingFolder() throws {
    let folder = try TemporaryFolder()
    let inside = folder.appending("missing").appending("a")
    #expect(throws: EvidenceError(.destinationMissing, inside.string)) {
      _ = try DurableFile(creating: inside)
    }
    #expect(throws: EvidenceError(.destinationMissing, inside.string)) { try DurableFolder.create(inside) }
  }

  @Test(.enabled(if: Machine.canMount, "needs the right to mount a file system"))
  func saysThatTheDestinationIsFull() throws {
    let small = try SmallFileSystem(bytes: 1 << 20)
    let file = try DurableFile(creating: small.path.appending("big"))
    let bytes = [UInt8](repeating: 1, count: 2 << 20)
    let error = #expect(throws: EvidenceError.self) { try file.write(bytes.span.bytes, at: 0) }
    #expect(error?.code == .destinationFull)
    #expect(error?.errno == ENOSPC)
    try file.close()
    #expect(try TestFiles.read(small.path.appending("big")).count == 1 << 20, "what fitted is there")
    #expect(try Files.freeSpace(small.path) == 0)
  }

  @Test(.enabled(if: Machine.canMount, "needs the right to mount a file system"))
  func leavesNoHalfFile() throws {
    let small = try SmallFileSystem(bytes: 1 << 20)
    let path = small.path.appending("big")
    #expect(throws: EvidenceError.self) {
      try DurableFile.write([UInt8](repeating: 1, count: 2 << 20), to: path)
    }
    #expect(!Files.exists(path))
    try TestFiles.write([1], to: path)
    #expect(throws: EvidenceError.self) { try DurableFile.write([2], to: path) }
    #expect(try TestFiles.read(path) == [1], "what was there before stays")
  }

  @Test func namesMissingRights() async throws {
    let folder = try TemporaryFolder()
    try Tool.require("chmod", ["755", folder.path.string])
    try TestFiles.write([1], to: folder.appending("closed"))
    try Tool.require("chmod", ["000", folder.appending("closed").string])
    let path = folder.path.string
    // In a process of its own, which can give up root's rights.
    await #expect(processExitsWith: .success) { [path = path as String] in
      if geteuid() == 0 { setuid(65534) } else { chmod(path, 0o555) }
      let file = FilePath(path).appending("closed")
      #expect(throws: EvidenceError(.permissionDenied, file.string, "Permission denied", errno: EACCES)) {
        try Files.contents(file, cap: 10)
      }
      let new = FilePath(path).appending("new")
      #expect(throws: EvidenceError(.permissionDenied, new.string, "Permission denied", errno: EACCES)) {
        _ = try DurableFile(creating: new)
      }
    }
    try Tool.require("chmod", ["755", path])
  }

  @Test func modeAndContentsInOneCall() throws {
    let folder = try TemporaryFolder()
    try DurableFile.write([7, 8], to: folder.appending("key"), mode: 0o600)
    #expect(try TestFiles.read(folder.appending("key")) == [7, 8])
    #expect(try Tool.require("stat", ["-c", "%a", folder.appending("key").string]) == "600")
  }
}

@Suite struct DurableFolderTests {
  @Test func renamesWhatIsFinished() throws {
    let folder = try TemporaryFolder()
    try DurableFolder.create(folder.appending("a.partial"))
    try DurableFile.write([1], to: folder.appending("a.partial").appending("x"))
    try DurableFolder.rename(folder.appending("a.partial"), to: folder.appending("a"))
    #expect(try TestFiles.names(in: folder.path) == ["a"])
    #expect(try TestFiles.read(folder.appending("a").appending("x")) == [1])
  }

  @Test(arguments: ["file", "folder", "empty", "dangling"])
  func replacesNothing(taken: String) throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("file"))
    try DurableFolder.create(folder.appending("empty"))
    try DurableFolder.create(folder.appending("folder"))
    try TestFiles.write([1], to: folder.appending("folder").appending("x"))
    try Tool.require("ln", ["-s", "nowhere", folder.appending("dangling").string])
    try DurableFolder.create(folder.appending("new"))
    try TestFiles.write([2], to: folder.appending("newfile"))
    for new in ["new", "newfile"] {
      let error = #expect(throws: EvidenceError.self) {
        try DurableFolder.rename(folder.appending(new), to: folder.appending(taken))
      }
      #expect(error?.code == .outputExists)
    }
    #expect(
      try TestFiles.names(in: folder.path) == ["dangling", "empty", "file", "folder", "new", "newfile"])
  }

  @Test func theParentOfABareNameIsTheCurrentFolder() {
    #expect(throws: Never.self) { try DurableFolder.sync(FilePath("bare").removingLastComponent()) }
  }

  @Test func createsOnce() throws {
    let folder = try TemporaryFolder()
    try DurableFolder.create(folder.appending("case"))
    #expect(throws: EvidenceError(.caseExists, folder.appending("case").string)) {
      try DurableFolder.create(folder.appending("case"), exists: .caseExists)
    }
  }

  @Test func removesAFolderOfFilesAndNoOther() throws {
    let folder = try TemporaryFolder()
    try DurableFolder.create(folder.appending("flat"))
    try TestFiles.write([1], to: folder.appending("flat").appending("x"))
    try DurableFolder.removeWithFiles(folder.appending("flat"))
    #expect(!Files.exists(folder.appending("flat")))
    try DurableFolder.create(folder.appending("deep"))
    try DurableFolder.create(folder.appending("deep").appending("inner"))
    #expect(throws: EvidenceError.self) { try DurableFolder.removeWithFiles(folder.appending("deep")) }
    #expect(Files.exists(folder.appending("deep").appending("inner")))
  }
}

@Suite(.timeLimit(.minutes(20))) struct FilesTests {
  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func contentsUpToTheCap(length: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("a")
    var generator = SeededGenerator(seed: 1)
    let bytes = generator.bytes(length)
    try TestFiles.write(bytes, to: path)
    #expect(try Files.contents(path, cap: length) == bytes)
    if length > 0 {
      let error = #expect(throws: EvidenceError.self) { try Files.contents(path, cap: length - 1) }
      #expect(error?.code == .fileTooLarge)
    }
  }

  @Test func anEndlessFileEndsAtTheCap() throws {
    let folder = try TemporaryFolder()
    try Tool.require("truncate", ["-s", "1T", folder.appending("sparse").string])
    #expect(
      throws: EvidenceError(.fileTooLarge, folder.appending("sparse").string, "more than 1048576 bytes")
    ) {
      try Files.contents(folder.appending("sparse"), cap: 1 << 20)
    }
  }

  @Test func whatIsNoFileIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.appending("pipe")
    try Tool.require("mkfifo", [pipe.string])
    for path in [pipe, folder.path, "/dev/zero"] {
      let error = #expect(throws: EvidenceError.self) { try Files.contents(path, cap: 10) }
      #expect(error?.code == .readFailed)
    }
    #expect(throws: EvidenceError(.fileMissing, "/nowhere/at/all")) {
      try Files.contents("/nowhere/at/all", cap: 10)
    }
  }

  @Test func kindsOfFiles() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([], to: folder.appending("file"))
    try Tool.require("mkfifo", [folder.appending("pipe").string])
    try Tool.require("ln", ["-s", "file", folder.appending("link").string])
    try Tool.require("ln", ["-s", "nowhere", folder.appending("dangling").string])
    #expect(Files.kind(folder.path) == .folder)
    #expect(Files.kind(folder.appending("file")) == .file)
    #expect(Files.kind(folder.appending("pipe")) == .other)
    #expect(Files.kind(folder.appending("link")) == .file)
    #expect(Files.kind(folder.appending("link"), followLinks: false) == .symbolicLink)
    #expect(Files.kind(folder.appending("dangling")) == nil)
    #expect(Files.exists(folder.appending("dangling")))
    #expect(Files.kind("/dev/null") == .other)
    #expect(try Files.names(in: folder.path) == ["dangling", "file", "link", "pipe"])
  }

  @Test func readsTextOfTheSystem() {
    #expect(Files.systemText("/proc/sys/kernel/ostype") == "Linux")
    #expect(Files.systemText("/proc/no-such-file") == nil)
    #expect(Files.deviceNumber("/dev/null") == "1:3")
  }
}

@Suite struct FileSequenceTests {
  @Test func readsAcrossFiles() throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 3)
    var whole: [UInt8] = []
    var paths: [FilePath] = []
    for (index, length) in [100, 0, 1, 4096, 0, 777].enumerated() {
      let bytes = generator.bytes(length)
      paths.append(folder.appending("part\(index)"))
      try TestFiles.write(bytes, to: paths[index])
      whole += bytes
    }
    let sequence = try FileSequence(paths)
    #expect(sequence.length == UInt64(whole.count))
    #expect(sequence.files == paths)
    for _ in 0..<300 {
      let start = Int.random(in: 0...whole.count, using: &generator)
      let count = Int.random(in: 0...whole.count + 10, using: &generator)
      var buffer = [UInt8](repeating: 0xee, count: count)
      let read = try buffer.withUnsafeMutableBytes { try sequence.read(into: $0, at: UInt64(start)) }
      let wanted = whole[start..<min(whole.count, start + count)]
      #expect(read == wanted.count)
      #expect(buffer[..<read] == wanted[...])
    }
  }

  @Test func endsWhereAFileWasCutShort() throws {
    let folder = try TemporaryFolder()
    let paths = [folder.appending("1"), folder.appending("2")]
    for path in paths { try TestFiles.write([UInt8](repeating: 1, count: 100), to: path) }
    let sequence = try FileSequence(paths)
    try Tool.require("truncate", ["-s", "60", paths[0].string])
    var buffer = [UInt8](repeating: 0, count: 200)
    #expect(try buffer.withUnsafeMutableBytes { try sequence.read(into: $0, at: 0) } == 60)
  }

  @Test func refusesAMissingFileAndAPipe() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.appending("pipe")
    try Tool.require("mkfifo", [pipe.string])
    #expect(throws: EvidenceError(.segmentMissing, folder.appending("x").string)) {
      _ = try FileSequence([folder.appending("x")], missing: .segmentMissing)
    }
    #expect(throws: EvidenceError(.readFailed, pipe.string, "not a regular file")) {
      _ = try FileSequence([pipe])
    }
  }

  @Test(.enabled(if: Machine.canMount, "needs a file system with files of 8 EiB"))
  func aSumWithoutANumberIsRefused() throws {
    let small = try SmallFileSystem(bytes: 1 << 20)
    let paths = (1...3).map { small.path.appending("\($0)") }
    for path in paths { try Tool.require("truncate", ["-s", "\(Int64.max - 4095)", path.string]) }
    let error = #expect(throws: EvidenceError.self) { _ = try FileSequence(paths) }
    #expect(error?.code == .fileTooLarge)
  }
}

@Suite struct NameTests {
  /// Bytes that are no UTF-8, and characters that stand for such bytes.
  @Test(arguments: [
    "plain.img", "caf\u{e9}.img", "", "\u{10FE41}", "\u{10FEE9}", "\u{10FFFF}", "a\u{10FE80}\u{10FEFF}b",
  ])
  func aNameThatIsTextComesBack(_ name: String) {
    let bytes = Array(name.utf8)
    #expect(NameText.bytes(NameText.text(bytes)) == bytes)
  }

  @Test func everyByteComesBack() {
    var seen: Set<String> = []
    for byte in UInt8(1)...255 {
      for bytes in [[byte], [0x63, byte, 0x2e], [0xF4, 0x8F, byte], [byte, 0xC3, 0xA9, byte]] {
        let text = NameText.text(bytes)
        #expect(NameText.bytes(text) == bytes, "\(bytes)")
        #expect(seen.insert(text).inserted, "\(bytes)")
      }
    }
    #expect(NameText.text([0x63, 0xE9]) == "c\u{10FEE9}")
    #expect(HumanText.singleLine(NameText.text([0x63, 0xE9])) == "c\\xE9")
    #expect(HumanText.singleLine("caf\u{e9}") == "caf\u{e9}")
  }

  @Test func aFileOfSuchANameIsMadeFoundAndRemoved() throws {
    let folder = try TemporaryFolder()
    let name = NameText.text([0x63, 0x61, 0x66, 0xE9])
    let path = folder.appending(name)
    try DurableFile.write([1, 2, 3], to: path)
    #expect(try Files.names(in: folder.path) == [name])
    #expect(try Files.contents(path, cap: 10) == [1, 2, 3])
    #expect(try Tool.require("sh", ["-c", "ls -b '\(folder.path)'"]) == "caf\\351")
    try DurableFolder.rename(path, to: folder.appending("plain"))
    #expect(try Files.names(in: folder.path) == ["plain"])
  }
}

@Suite struct ProgramLimitTests {
  @Test func aProgramThatTakesTooLongIsEnded() throws {
    let sleep = try #require(ExternalProgram(named: "sleep"))
    let ended = try sleep.run(["600"], seconds: 0.2)
    #expect(ended.wasEnded && ended.status == 128 + SIGKILL)
    let quick = try sleep.run(["0"], seconds: 600)
    #expect(!quick.wasEnded && quick.status == 0)
  }
}
