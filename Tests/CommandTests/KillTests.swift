import DiskImages
import DiskWriters
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// kill -9, again and again: the resumed E01 is the uninterrupted one, byte for byte.
@Suite(.timeLimit(.minutes(20))) struct KillTests {
  private static let length = (150 << 20) + 1

  @Test("DA-AM-08 an acquisition that was killed twice and resumed gives the E01 of an uninterrupted one")
  func killed() throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 11)
    let source = generator.bytes(Self.length)
    try TestFiles.write(source, to: folder.appending("source.img"))
    try prepareCase(in: folder.path)
    // In the middle of a write each time, and at least one checkpoint further.
    let first = try kill(
      ["acquire", "source.img", "--segment-size", "24MiB", "--checkpoint-interval", "0"], in: "*/001.E03",
      of: folder)
    let second = try kill(["resume"], in: "*/001.E05", of: folder)
    #expect(first > 0)
    #expect(first < second && second < UInt64(Self.length))
    #expect(try Exhibit(["resume", "--case", "case", "--item", "001"], in: folder.path).status == 0)
    #expect(try Exhibit(["verify", "case"], in: folder.path).status == 0)

    let resumed = folder.appending("case/evidence/001/001.E01")
    let reader = try EWFReader(opening: resumed)
    let identifier = try #require(reader.facts.setIdentifier)
    let acquired = try #require(reader.facts.acquired?.timestamp).microseconds / 1_000_000
    let whole = try TemporaryFolder()
    try write(source, as: reader, EWFIdentity(identifier: identifier, acquired: acquired), to: whole.path)
    #expect(reader.segments.count > 5)
    #expect(try TestFiles.names(in: whole.path) == reader.segments.map { $0.lastComponent?.string ?? "" })
    for path in reader.segments {
      let name = path.lastComponent?.string ?? ""
      #expect(try TestFiles.read(path) == TestFiles.read(whole.appending(name)), "\(name)")
    }
  }

  private func prepareCase(in folder: FilePath) throws {
    let create = [
      "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "e", "--unencrypted-key",
    ]
    #expect(try Exhibit(create, in: folder).status == 0)
    let add = ["item", "add", "--case", "case", "--number", "001", "--description", "d"]
    #expect(try Exhibit(add, in: folder).status == 0)
  }

  /// Runs a command that is killed in the middle of its second write to a file.
  /// - Returns: the byte of the checkpoint it is resumed from.
  private func kill(_ arguments: [String], in file: String, of folder: TemporaryFolder) throws -> UInt64 {
    let result = try Tool.run(
      Exhibit.program.path, arguments + ["--case", "case", "--item", "001"], in: folder.path,
      environment: FaultLibrary.killing(at: 2, of: "pwritev64", on: file))
    #expect(result.wasKilled && result.status == SIGKILL, "\(result.errors)")
    return try position(in: folder)
  }

  /// The byte of the checkpoint the journal holds; 0 where there is none.
  private func position(in folder: TemporaryFolder) throws -> UInt64 {
    let path = folder.appending("case/evidence/001.partial/001.journal")
    guard let bytes = try? TestFiles.read(path) else { return 0 }
    let journal = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    let checkpoint = (journal?["body"] as? [String: Any])?["checkpoint"] as? [String: Any]
    return (checkpoint?["position"] as? UInt64) ?? 0
  }

  /// The source as an uninterrupted E01 like another one.
  private func write(
    _ source: [UInt8], as reader: EWFReader, _ identity: EWFIdentity, to folder: FilePath
  ) throws {
    var options = EWFOptions()
    options.segmentSize = 24 << 20
    options.description = reader.description
    options.mediaType = .fixed
    let blockSize = 16 << 20
    let writer = try EWFImageWriter(
      folder: folder, name: "001",
      geometry: MediaGeometry(length: UInt64(source.count), logicalSectorSize: 512), options: options,
      blockSize: blockSize, blocksAtOnce: 1, identity: identity)
    let buffer = PageBuffer(capacity: blockSize)
    for start in stride(from: 0, to: source.count, by: blockSize) {
      let block = source[start..<min(source.count, start + blockSize)]
      buffer.fill { $0.copyBytes(from: block) }
      buffer.byteCount = block.count
      if start + block.count == source.count {
        buffer.fill { memory in for index in block.count..<block.count + 511 { memory[index] = 0 } }
        buffer.paddingByteCount = 511
      }
      try writer.write(try writer.encode(buffer))
    }
    _ = try writer.finish(ImageClosing(digests: reader.storedDigests, unreadable: []))
  }
}
