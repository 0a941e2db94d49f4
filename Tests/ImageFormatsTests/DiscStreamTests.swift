import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import OpticalDisc
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// The image of a disc that is written while the stream of its sectors is read.
@Suite struct DiscStreamTests {
  /// Sectors a block, so that runs begin and end within blocks.
  private static let blockSectors = 97

  private static func bytes(_ stream: DiscStream, _ sectors: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: sectors.count * stream.sectorSize)
    try bytes.withUnsafeMutableBytes { try stream.read(sectors, into: $0) }
    return bytes
  }

  private static func blocks(_ stream: DiscStream) -> [Range<Int>] {
    stride(from: 0, to: stream.sectorCount, by: blockSectors).map {
      $0..<min($0 + blockSectors, stream.sectorCount)
    }
  }

  private static func write(_ stream: DiscStream, _ sectors: Range<Int>, to writer: any ImageWriter) throws {
    let bytes = try bytes(stream, sectors)
    let block = PageBuffer(capacity: bytes.count)
    block.fill { memory in bytes.withUnsafeBytes { memory.copyMemory(from: $0) } }
    block.byteCount = bytes.count
    try writer.write(try writer.encode(block))
  }

  private static func place(_ folder: FilePath, _ stream: DiscStream) -> ImagePlace {
    var origin = ImageOrigin()
    origin.disc = stream.disc
    let geometry = MediaGeometry(
      length: UInt64(stream.sectorCount * stream.sectorSize), logicalSectorSize: UInt32(stream.sectorSize))
    return ImagePlace(
      folder: folder, name: "disc", geometry: geometry, blockSize: blockSectors * stream.sectorSize,
      blocksAtOnce: 2, origin: origin)
  }

  private static func closing() -> ImageClosing { ImageClosing(digests: DigestSet(), unreadable: []) }

  /// Those that hold every sector of a disc.
  private static let pairs: [(FormatID, SampleDisc)] = [FormatID.ccd, .mds, .nrg].flatMap { format in
    SampleDisc.allCases.compactMap { sample in
      guard let stream = try? DiscStream(wholeOf: sample.build()), let plan = ImagePlans.plan(format),
        (try? plan.check(place("/", stream).geometry, disc: stream.disc)) != nil
      else { return nil }
      return (format, sample)
    }
  }

  @Test func everyFormatTakesDiscsOfManyKinds() {
    for format in [FormatID.ccd, .mds, .nrg] {
      #expect(Self.pairs.count { $0.0 == format } >= 9, "\(format)")
    }
  }

  @Test(arguments: pairs)
  func theFilesAreThoseOfAConversion(format: FormatID, sample: SampleDisc) throws {
    let stream = try DiscStream(wholeOf: sample.build())
    let folder = try TemporaryFolder()
    let plan = try #require(ImagePlans.plan(format))
    let place = Self.place(folder.path, stream)
    let writer = try plan.begin(place)
    for block in Self.blocks(stream) { try Self.write(stream, block, to: writer) }
    let files = try writer.finish(Self.closing())
    let converted = try TemporaryFolder()
    let expected = try WrittenDisc.files(sample.build(), as: format, folder: converted.path, base: "disc")
    #expect(files.map(\.path.lastComponent) == expected.map(\.lastComponent))
    for (file, other) in zip(files, expected) {
      #expect(try Files.contents(file.path, cap: 1 << 30) == Files.contents(other, cap: 1 << 30))
    }
    #expect(files.map(\.size).reduce(0, +) == plan.largestSize(of: 0, disc: stream.disc))
    try Self.expectStream(stream, in: files[0].path, as: format)
  }

  /// Read back it is the stream, whatever the image has besides.
  private static func expectStream(_ stream: DiscStream, in path: FilePath, as format: FormatID) throws {
    let reader = try Formats.openDisk(
      path, as: format, DiskOpening(sectorSize: UInt32(stream.sectorSize), disc: stream.disc))
    #expect(reader.geometry.length == UInt64(stream.sectorCount * stream.sectorSize))
    var read = [UInt8](repeating: 1, count: Int(reader.geometry.length))
    let damaged = try read.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
    #expect(damaged.isEmpty)
    let all = try bytes(stream, 0..<stream.sectorCount)
    #expect(read == all)
    // From any place on.
    var part = [UInt8](repeating: 1, count: 10_001)
    _ = try part.withUnsafeMutableBytes { try reader.read(into: $0, at: 2999) }
    #expect(part[...] == all[2999..<13_000])
  }

  @Test(arguments: pairs)
  func itGoesOnFromACheckpoint(format: FormatID, sample: SampleDisc) throws {
    let stream = try DiscStream(wholeOf: sample.build())
    let (whole, cut) = (try TemporaryFolder(), try TemporaryFolder())
    let plan = try #require(ImagePlans.plan(format))
    let blocks = Self.blocks(stream)
    let writer = try plan.begin(Self.place(whole.path, stream))
    for block in blocks { try Self.write(stream, block, to: writer) }
    let expected = try writer.finish(Self.closing())

    let first = try plan.begin(Self.place(cut.path, stream))
    for block in blocks.prefix(blocks.count / 2) { try Self.write(stream, block, to: first) }
    let checkpoint = try first.checkpoint()
    // What is written after it counts for nothing.
    if blocks.count > 1 { try Self.write(stream, blocks[blocks.count / 2], to: first) }
    first.abandon()
    for kept in try plan.keptFiles(checkpoint, of: "disc", isDisc: true) {
      #expect(Files.exists(cut.path.appending(kept.name)))
    }
    let second = try plan.resume(checkpoint, Self.place(cut.path, stream))
    for block in blocks.dropFirst(blocks.count / 2) { try Self.write(stream, block, to: second) }
    let files = try second.finish(Self.closing())
    for (file, other) in zip(files, expected) {
      #expect(try Files.contents(file.path, cap: 1 << 30) == Files.contents(other.path, cap: 1 << 30))
      #expect(file.sha256 == other.sha256)
    }
  }

  @Test func aCheckpointOfAnotherDiscIsRefused() throws {
    let stream = try DiscStream(wholeOf: SampleDisc.audio.build())
    let other = try DiscStream(wholeOf: SampleDisc.manyTracks.build())
    let folder = try TemporaryFolder()
    let plan = try #require(ImagePlans.plan(.nrg))
    let writer = try plan.begin(Self.place(folder.path, stream))
    for block in Self.blocks(stream) { try Self.write(stream, block, to: writer) }
    let checkpoint = try writer.checkpoint()
    writer.abandon()
    #expect(throws: EvidenceError.self) { try plan.resume(checkpoint, Self.place(folder.path, other)) }
  }

  @Test func aSectorOfTheStreamThatTheImageLacksIsNamed() throws {
    let stream = try DiscStream(wholeOf: SampleDisc.hiddenTrack.build())
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(
      SampleDisc.hiddenTrack.build(), as: .mds, folder: folder.path, base: "disc")
    #expect {
      try Formats.openDisk(
        files[0], as: .mds, DiskOpening(sectorSize: UInt32(stream.sectorSize), disc: stream.disc))
    } throws: { error in
      (error as? EvidenceError)?.code == .imageMalformed && "\(error)".contains("does not hold sector 0")
    }
  }
}
