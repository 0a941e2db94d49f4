import DiscImages
import Evidence
import OpticalDisc

/// A file system of a disc as one stream of bytes, by the addresses it uses itself.
///
/// File systems of later sessions count from the beginning of the disc and refer to files of earlier ones. Whoever
/// reads them expects the descriptors at sector 16, so those of the session stand there; everything else is where it is
/// on the disc. Their size, which counts the session alone, is that of the disc instead: libarchive takes no descriptor
/// whose root folder lies behind the end.
struct DiscVolume {
  static let sectorSize = 2048
  /// Sectors read in one go.
  private static let step = 32
  /// Sectors in front of which a reader looks for descriptors: what is not stored there is zero.
  private static let probed = 64

  let image: DiscImage
  let start: Int
  /// The descriptors, terminator included.
  private let descriptors: Range<Int>
  let sectors: Int

  init(_ image: DiscImage, _ system: DiscImage.FileSystems) throws(EvidenceError) {
    self.image = image
    self.start = system.track.start
    self.sectors = image.disc.sessions.map(\.leadOut).max() ?? 0
    let first = VolumeDescriptors.systemArea
    var end = first
    while end < Self.probed {
      let bytes = try image.userData(from: start + end, count: 1)
      end += 1
      if bytes.first == 255 || bytes.count < Self.sectorSize { break }
    }
    self.descriptors = first..<end
  }

  var size: UInt64 { UInt64(sectors * Self.sectorSize) }

  /// Some sectors from `sector` on, at least one.
  /// - Parameter isProbing: whether a file system is being looked for; files are not read yet.
  /// - Throws: `imageMalformed` where the image does not have them.
  func bytes(from sector: Int, isProbing: Bool) throws(EvidenceError) -> [UInt8] {
    guard sector < sectors else { return [] }
    if start > 0, sector < descriptors.upperBound, isProbing || descriptors.contains(sector) {
      guard descriptors.contains(sector) else { return [UInt8](repeating: 0, count: Self.sectorSize) }
      var bytes = try image.userData(from: start + sector, count: 1)
      if bytes.count == Self.sectorSize, (1...2).contains(bytes[0]) {
        // ECMA-119 8.4.8: both byte orders, one behind the other.
        let size = (0..<4).map { UInt8(truncatingIfNeeded: sectors >> (8 * $0)) }
        bytes.replaceSubrange(80..<88, with: size + size.reversed())
      }
      return bytes
    }
    let bytes = try image.userData(from: sector, count: min(Self.step, sectors - sector))
    if !bytes.isEmpty { return bytes }
    if isProbing, sector < Self.probed { return [UInt8](repeating: 0, count: Self.sectorSize) }
    throw EvidenceError(
      .imageMalformed, "sector \(sector)", "a file lies there, but no data track of the image has it")
  }
}
