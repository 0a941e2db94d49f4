import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// What goes into one file of an image: parts of tracks, one after the other.
package struct SectorFile: Sendable {
  package enum Contents: Hashable, Sendable {
    /// Sectors, each part in its form.
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
    /// How its sectors go into a file of ``Contents/sectors``.
    let form: SectorForm

    package init(_ track: DiscTrack, _ range: Range<Int>, as form: SectorForm = SectorForm()) {
      self.track = track
      self.range = range
      self.form = form
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

  /// Bytes that a sector of an extent of a part takes.
  func size(of extent: DiscExtent, _ part: Part) -> Int {
    guard let run = extent.run else { return 0 }
    return switch contents {
    case .sectors:
      (part.form.layout ?? run.layout).size
        + (part.form.keepsSubchannel && run.subchannel != nil ? Subchannel.size : 0)
    case .sectorsWithChannels: run.layout.size + Subchannel.size
    case .channels: Subchannel.size
    }
  }

  /// Where each part begins, in bytes, and where the last one ends.
  var offsets: [UInt64] {
    parts.reduce(into: [0]) { offsets, part in
      let bytes = part.extents.reduce(0) { $0 + $1.count * size(of: $1, part) }
      offsets.append((offsets.last ?? 0) + UInt64(bytes))
    }
  }

  /// Bytes of all its sectors.
  var size: UInt64 { offsets.last ?? 0 }
}

/// The files of an image, all of them known before a sector is read.
package struct DiscLayout: Sendable {
  package let files: [SectorFile]
  /// Files that describe the others, first the one that is opened: how the name of each ends, and its bytes.
  package let descriptions: [(ending: String, bytes: [UInt8])]
  /// What describes the sectors behind the last of them, in the last file.
  package let tail: [UInt8]

  package init(
    _ files: [SectorFile], descriptions: [(ending: String, bytes: [UInt8])] = [], tail: [UInt8] = []
  ) {
    self.files = files
    self.descriptions = descriptions
    self.tail = tail
  }

  /// Bytes of each file.
  package var sizes: [UInt64] {
    var sizes = files.map(\.size)
    sizes[sizes.count - 1] += UInt64(tail.count)
    return sizes + descriptions.map { UInt64($0.bytes.count) }
  }
}

/// Writes a format whose files hold the sectors in the order of their addresses, so that they can be written while a disc is
/// read.
package protocol SequentialDiscWriter: DiscWriter {
  /// How names of its files can end.
  static var endings: Set<String> { get }

  /// - Parameters:
  ///   - disc: prepared.
  ///   - base: name of the files without their endings.
  /// - Throws: `argumentInvalid` where it cannot hold it.
  static func layout(of disc: Disc, base: String) throws(EvidenceError) -> DiscLayout
}

extension SequentialDiscWriter {
  package static func write(
    _ image: DiscImage, folder: FilePath, base: String,
    progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) -> [FilePath] {
    let layout = try layout(of: image.disc, base: base)
    var paths: [FilePath] = []
    for (number, file) in layout.files.enumerated() {
      paths.append(folder.appending("\(base).\(file.ending)"))
      var output = try DiscOutput(creating: paths[number])
      for part in file.parts {
        for extent in part.extents {
          for batch in SectorBatches(extent.start..<extent.end) {
            if file.contents != .channels { try progress(batch.count) }
            try output.append(try image.bytes(of: part, in: batch, as: file.contents))
          }
        }
      }
      if number == layout.files.count - 1 { try output.append(layout.tail) }
      try output.close()
    }
    let descriptions = try layout.descriptions.mapThrowing { file throws(EvidenceError) in
      let path = folder.appending("\(base).\(file.ending)")
      try DurableFile.write(file.bytes, to: path)
      return path
    }
    return descriptions + paths
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
  /// Sectors of a part as a file holds them.
  /// - Parameter range: within one extent that is stored.
  func bytes(
    of part: SectorFile.Part, in range: Range<Int>, as contents: SectorFile.Contents
  ) throws(EvidenceError) -> [UInt8] {
    let track = part.track
    switch contents {
    case .sectors: return try bytes(of: track, in: range, as: part.form)
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
