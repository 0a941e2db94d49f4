import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// What goes into one file of an image: parts of tracks, one after the other.
package struct SectorFile: Sendable {
  package enum Contents: Hashable, Sendable {
    /// What is stored of each sector.
    case sectors
    /// Whole sectors, each with P to W behind it.
    case sectorsWithChannels
    /// P to W of each sector, one channel after the other.
    case channels
  }

  /// Addresses of one track.
  package struct Part: Sendable {
    let track: DiscTrack
    let range: Range<Int>

    package init(_ track: DiscTrack, _ range: Range<Int>) {
      self.track = track
      self.range = range
    }

    /// Only what is stored has a place in a file.
    var extents: [DiscExtent] { track.extents(in: range).filter(\.isStored) }
  }

  /// How its name ends.
  package let ending: String
  package let contents: Contents
  package let parts: [Part]

  package init(_ ending: String, _ contents: Contents, _ parts: [Part]) {
    self.ending = ending
    self.contents = contents
    self.parts = parts
  }

  /// Bytes that a sector of an extent takes.
  func size(of extent: DiscExtent) -> Int {
    let main = extent.run?.layout.size ?? 0
    return switch contents {
    case .sectors: main
    case .sectorsWithChannels: main + Subchannel.size
    case .channels: Subchannel.size
    }
  }

  /// Where each part begins, in bytes, and where the last one ends.
  var offsets: [UInt64] {
    parts.reduce(into: [0]) { offsets, part in
      let bytes = part.extents.reduce(0) { $0 + $1.count * size(of: $1) }
      offsets.append((offsets.last ?? 0) + UInt64(bytes))
    }
  }

  /// Bytes of all its sectors.
  var size: UInt64 { offsets.last ?? 0 }
}

/// The files of an image, all of them known before a sector is read.
package struct DiscLayout: Sendable {
  package let files: [SectorFile]
  /// A file of its own that describes the others: how its name ends, and its bytes.
  package let description: (ending: String, bytes: [UInt8])?
  /// What describes the sectors behind the last of them, in the last file.
  package let tail: [UInt8]

  package init(_ files: [SectorFile], description: (ending: String, bytes: [UInt8])) {
    self.files = files
    self.description = description
    self.tail = []
  }

  package init(_ file: SectorFile, tail: [UInt8]) {
    self.files = [file]
    self.description = nil
    self.tail = tail
  }

  /// Bytes of each file.
  package var sizes: [UInt64] {
    var sizes = files.map(\.size)
    sizes[sizes.count - 1] += UInt64(tail.count)
    return sizes + (description.map { [UInt64($0.bytes.count)] } ?? [])
  }
}

/// Writes a format whose files hold the sectors in the order of their addresses, so that they can be written while a disc is
/// read.
package protocol SequentialDiscWriter: DiscWriter {
  /// - Parameter disc: prepared.
  /// - Throws: `argumentInvalid` where it cannot hold it.
  static func layout(of disc: Disc) throws(EvidenceError) -> DiscLayout
}

extension SequentialDiscWriter {
  package static func write(
    _ image: DiscImage, folder: FilePath, base: String,
    progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) -> [FilePath] {
    let layout = try layout(of: image.disc)
    var paths: [FilePath] = []
    for (number, file) in layout.files.enumerated() {
      paths.append(folder.appending("\(base).\(file.ending)"))
      var output = try DiscOutput(creating: paths[number])
      for part in file.parts {
        for extent in part.extents {
          for batch in SectorBatches(extent.start..<extent.end) {
            if number == 0 { try progress(batch.count) }
            try output.append(try image.bytes(of: part.track, in: batch, as: file.contents))
          }
        }
      }
      if number == layout.files.count - 1 { try output.append(layout.tail) }
      try output.close()
    }
    guard let description = layout.description else { return paths }
    let path = folder.appending("\(base).\(description.ending)")
    try DurableFile.write(description.bytes, to: path)
    return [path] + paths
  }
}

/// A range of sectors in pieces that are read in one go.
struct SectorBatches: Sequence, IteratorProtocol {
  private static let size = 512
  private var rest: Range<Int>

  init(_ range: Range<Int>) { self.rest = range }

  mutating func next() -> Range<Int>? {
    guard !rest.isEmpty else { return nil }
    let piece = rest.prefix(Self.size)
    rest = piece.endIndex..<rest.upperBound
    return piece.startIndex..<piece.endIndex
  }
}

extension DiscImage {
  /// Sectors of a track as a file holds them.
  /// - Parameter range: within one extent that is stored.
  func bytes(
    of track: DiscTrack, in range: Range<Int>, as contents: SectorFile.Contents
  ) throws(EvidenceError) -> [UInt8] {
    switch contents {
    case .sectors: return try bytes(of: track, in: range, as: SectorForm())
    case .channels: return try channels(of: track, in: range)
    case .sectorsWithChannels:
      let main = try bytes(of: track, in: range, as: SectorForm())
      let channels = try channels(of: track, in: range)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(main.count + channels.count)
      for number in 0..<range.count {
        bytes += main[number * SectorCodec.size..<(number + 1) * SectorCodec.size]
        let sub = channels[number * Subchannel.size..<(number + 1) * Subchannel.size]
        bytes += Subchannel.interleave(Array(sub))
      }
      return bytes
    }
  }
}
