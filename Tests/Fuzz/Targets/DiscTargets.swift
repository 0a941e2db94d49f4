import DiscFiles
import DiscImages
import DiscWriters
import Evidence
import OpticalDisc
import WriterKit

/// A file that is all zero, of any size.
private struct ZeroFile: DiscFile {
  let name: String
  let size: UInt64

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    guard offset < size else { return 0 }
    let count = min(buffer.count, Int(size - offset))
    UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(as: UInt8.self, repeating: 0)
    return count
  }
}

/// Sectors of 2048 bytes between zeros.
private struct SparseFile: DiscFile {
  let name: String
  let sectors: [Int: ArraySlice<UInt8>]

  var size: UInt64 { UInt64((sectors.keys.max() ?? -1) + 1) * 2048 }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    guard offset < size else { return 0 }
    let count = min(buffer.count, Int(size - offset))
    let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    wanted.initializeMemory(as: UInt8.self, repeating: 0)
    for sector in Int(offset) / 2048...(Int(offset) + max(count, 1) - 1) / 2048 {
      guard let bytes = sectors[sector] else { continue }
      for (index, byte) in bytes.enumerated() {
        let place = sector * 2048 + index - Int(offset)
        if place >= 0, place < count { wanted[place] = byte }
      }
    }
    return count
  }
}

/// Cue sheets over files of zeros.
///
/// Input: two bytes with the size of the files in sectors of 2352 bytes (little-endian), one with what is added to it
/// in bytes, then the sheet.
enum CUETarget {
  static let headerSize = 3

  static func problem(with input: [UInt8]) -> String? {
    guard input.count >= headerSize else { return nil }
    let size = (UInt64(input[0]) | UInt64(input[1]) << 8) * 2352 + UInt64(input[2])
    let text = SheetText(Array(input[headerSize...]), name: "input")
    guard let sheet = try? CUEParser.parse(text) else { return nil }
    let files = sheet.files.map { ZeroFile(name: $0.name, size: size) }
    guard let image = try? CUEReader.image(of: sheet, files: files, name: "input") else { return nil }
    _ = try? CUEWriter.losses(image)
    return DiscInvariants.problem(with: image, claimsAll: true)
  }
}

/// Descriptions of CloneCD over files of zeros; input as for cue sheets. Of the subchannel, a tenth is missing where the
/// byte added to the size is odd.
enum CCDTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard input.count >= CUETarget.headerSize else { return nil }
    let count = UInt64(input[0]) | UInt64(input[1]) << 8
    let odd = UInt64(input[2])
    let text = SheetText(Array(input[CUETarget.headerSize...]), name: "input")
    let sub = ZeroFile(name: "sub", size: odd % 2 == 0 ? count * 96 : count * 86)
    let sectors = ZeroFile(name: "img", size: count * 2352 + odd)
    guard let image = try? CCDReader.image(of: text, sectors: sectors, sub: odd % 3 == 0 ? nil : sub) else {
      return nil
    }
    return WrittenTarget.problem(with: image, CCDWriter.self)
      ?? DiscInvariants.problem(with: image, claimsAll: true)
  }
}

/// Descriptions of Alcohol 120% over files of zeros; input as for cue sheets.
enum MDSTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard input.count >= CUETarget.headerSize else { return nil }
    let size = (UInt64(input[0]) | UInt64(input[1]) << 8) * 2352 + UInt64(input[2])
    let image = try? MDSReader.image(of: Array(input[CUETarget.headerSize...]), name: "input") {
      (name: String) throws(EvidenceError) in (ZeroFile(name: name, size: size), nil)
    }
    guard let image else { return nil }
    return WrittenTarget.problem(with: image, MDSWriter.self)
      ?? DiscInvariants.problem(with: image, claimsAll: false)
  }
}

/// The chunks of Nero behind sectors of zeros: two bytes with their number (little-endian), then the chunks.
enum NRGTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard input.count > 2 else { return nil }
    let sectors = ZeroFile(name: "sectors", size: (UInt64(input[0]) | UInt64(input[1]) << 8) * 2352)
    let chunks = MemoryDiscFile(name: "chunks", contents: Array(input[2...]))
    guard let image = try? NRGReader.image(of: JoinedDiscFile([sectors, chunks])) else { return nil }
    return WrittenTarget.problem(with: image, NRGWriter.self)
      ?? DiscInvariants.problem(with: image, claimsAll: true)
  }
}

/// What a writer would do with a disc, without writing it.
private enum WrittenTarget {
  static func problem(with image: DiscImage, _ writer: any DiscWriter.Type) -> String? {
    guard (try? writer.losses(image)) != nil else { return nil }
    var prepared = PreparedDisc(image)
    writer.prepare(&prepared)
    for track in prepared.image.disc.tracks {
      for extent in track.extents(in: track.start..<track.end) where !extent.isStored {
        return "track \(track.number) is not whole when it is written"
      }
    }
    return nil
  }
}

/// Tables of contents of cdrdao over a file of zeros; input as for cue sheets.
enum TOCTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard input.count >= CUETarget.headerSize else { return nil }
    let size = (UInt64(input[0]) | UInt64(input[1]) << 8) * 2352 + UInt64(input[2])
    let text = SheetText(Array(input[CUETarget.headerSize...]), name: "input")
    let image = try? TOCReader.image(of: text) { (name: String, _: Int, _: Bool) throws(EvidenceError) in
      (ZeroFile(name: name, size: size), nil)
    }
    guard let image else { return nil }
    _ = try? TOCWriter.losses(image)
    // The same part of a file may be in several tracks, and no track needs to have it.
    return DiscInvariants.problem(with: image, claimsAll: false)
  }
}

/// Descriptions of discs over an image of zeros, as large as they tell of.
enum DiscDescriptionTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard let description = try? DiscDescription(parsing: input, name: "input") else { return nil }
    let size = UInt64(description.disc.storedSectors) * UInt64(description.sectorSize)
    let image = DiscImage(
      disc: description.disc, files: [ZeroFile(name: description.image, size: size)],
      remarks: description.origin.remarks)
    _ = try? CUEWriter.losses(image)
    _ = try? TOCWriter.losses(image)
    if let stream = try? DiscStream(wholeOf: image), stream.disc != description.disc {
      return "the stream of the image is not the image"
    }
    let again = try? DiscDescription(parsing: description.json.canonicalBytes, name: "again")
    guard again?.disc == description.disc else { return "it is not read as it was written" }
    return DiscInvariants.problem(with: image, claimsAll: true)
  }
}

/// Files of sectors without a description, and the file systems on them.
///
/// Input: the file, or after `SPRS` its sectors of 2048 bytes that are not zero, each behind its number in two bytes
/// (little-endian): UDF begins at sector 256.
enum VolumesTarget {
  private static let mostSectors = 2100

  private static func file(_ input: [UInt8]) -> any DiscFile {
    guard input.starts(with: "SPRS".utf8) else { return MemoryDiscFile(name: "input", contents: input) }
    var sectors: [Int: ArraySlice<UInt8>] = [:]
    for start in stride(from: 4, to: input.count - 2, by: 2050) {
      let sector = (Int(input[start]) | Int(input[start + 1]) << 8) % mostSectors
      sectors[sector] = input[start + 2..<min(start + 2050, input.count)]
    }
    return SparseFile(name: "input", sectors: sectors)
  }

  static func problem(with input: [UInt8]) -> String? {
    let file = file(input)
    guard let image = try? ISOReader.image(of: file, isNamed: true) else { return nil }
    guard (try? image.fileSystems()) != nil else { return "a file system is answered with an error" }
    if let problem = treeProblem(image) { return problem }
    _ = try? ISOWriter.losses(image)
    return DiscInvariants.problem(with: image, claimsAll: false)
  }
}

extension VolumesTarget {
  /// Of the paths, and of what is read of the first files.
  private static func treeProblem(_ image: DiscImage) -> String? {
    guard let trees = try? DiscTrees.all(of: image) else { return "its trees are answered with an error" }
    let sectors = DiscSectors(image)
    for tree in trees {
      guard Set(tree.entries.map(\.path)).count == tree.entries.count else {
        return "two entries of one path"
      }
      for entry in tree.entries {
        let parts = entry.path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(""), !parts.contains("."), !parts.contains("..") else {
          return "a path that leads elsewhere: \(entry.path)"
        }
      }
      for entry in tree.entries.prefix(16) where entry.kind == .file && entry.size < 1 << 20 {
        var size: UInt64 = 0
        guard let damage = try? DiscFileContents(entry, on: sectors).read({ size += UInt64($0.count) }) else {
          return "a file is answered with an error"
        }
        let isWhole = damage.allSatisfy { $0.reason == .wrong } && !entry.isCut && !entry.isByForm
        guard !isWhole || size == entry.size else { return "\(size) of \(entry.size) bytes pass for whole" }
      }
    }
    return nil
  }
}

/// What holds of every disc.
enum DiscInvariants {
  static func problem(with image: DiscImage, claimsAll: Bool) -> String? {
    var claimed = [UInt64](repeating: 0, count: image.files.count)
    for (one, two) in zip(image.disc.sessions, image.disc.sessions.dropFirst()) where one.leadOut > two.first
    {
      return "session \(two.number) begins before the end of session \(one.number)"
    }
    for session in image.disc.sessions {
      for (one, two) in zip(session.tracks, session.tracks.dropFirst()) {
        guard one.end == two.first else { return "a hole between tracks \(one.number) and \(two.number)" }
        guard one.number < two.number else { return "track \(two.number) comes after track \(one.number)" }
      }
      guard session.tracks.last?.end == session.leadOut else { return "the lead-out is not the end" }
      for track in session.tracks {
        for (index, lba) in track.indexes where lba < track.first || lba >= track.end {
          return "index \(index) of track \(track.number) lies outside"
        }
        for extent in track.extents {
          guard let run = extent.run else { continue }
          let length = UInt64(extent.count - 1) * UInt64(run.stride) + UInt64(run.layout.size)
          guard run.offset + length <= image.files[run.file].size else {
            return "track \(track.number) is longer than its file"
          }
          claimed[run.file] += UInt64(extent.count * run.stride)
          guard let sub = run.subchannel, sub.file != run.file else { continue }
          guard sub.offset + UInt64(extent.count - 1) * UInt64(sub.stride) + 96 <= image.files[sub.file].size
          else {
            return "the subchannel of track \(track.number) is longer than its file"
          }
          claimed[sub.file] += UInt64(extent.count * sub.stride)
        }
      }
    }
    for part in image.unclaimed {
      guard part.range.upperBound <= image.files[part.file].size else { return "unclaimed bytes lie outside" }
      claimed[part.file] += UInt64(part.range.count)
    }
    guard claimsAll else { return nil }
    for (number, file) in image.files.enumerated() where claimed[number] != file.size {
      return "\(claimed[number]) of \(file.size) bytes of \(file.name) are accounted for"
    }
    return nil
  }
}
