import DiscImages
import OpticalDisc

/// The sessions that one track holds: programs that write to a file, or to a medium that can be overwritten, add a session
/// behind the last one, and no table of contents tells of it.
///
/// Where the descriptors at the beginning are overwritten with those of the newest session, the first session begins at
/// sector 32 with its own. Each session says how long it is; the next one begins behind it.
enum VolumeSessions {
  private static let copyOfFirst = 32
  private static let mostSessions = 99
  /// Sectors that the beginning of a session is a multiple of.
  private static let alignments = [1, 16, 32]

  /// Sectors of the track at which sessions begin, the newest last; that of the track alone where there is one.
  static func starts(of track: DiscTrack, _ sectors: DiscSectors) -> [Int] {
    func descriptor(_ start: Int) -> [UInt8]? {
      let place = track.start + start + VolumeDescriptors.systemArea
      guard place >= 0 else { return nil }
      let bytes = sectors.bytes(at: UInt64(place) * 2048, count: 2048)
      return bytes.count == 2048 && bytes[0] == 1 && bytes[1..<6].elementsEqual("CD001".utf8) ? bytes : nil
    }
    /// Sectors that a descriptor says its session has.
    func size(_ bytes: [UInt8]) -> Int? {
      let (size, block) = (
        bytes.span.bytes.littleEndian(at: 80, as: UInt32.self),
        bytes.span.bytes.littleEndian(at: 128, as: UInt16.self)
      )
      guard let size, size > 0, block == 2048 else { return nil }
      return Int(size)
    }
    func chain(from first: Int) -> [Int] {
      var starts: [Int] = []
      var next: Int? = descriptor(first) == nil ? nil : first
      while let start = next, starts.count < mostSessions {
        starts.append(start)
        let end = descriptor(start).flatMap(size).map { start + $0 }
        next = end.flatMap { end in
          alignments.lazy.map { (end + $0 - 1) / $0 * $0 }.first { descriptor($0) != nil }
        }
      }
      return starts
    }
    guard let newest = descriptor(0) else { return [0] }
    let earlier = chain(from: copyOfFirst)
    guard let last = earlier.last else { return chain(from: 0) }
    // The last of them stands at the beginning too.
    let isRepeated = descriptor(last)?[156..<190] == newest[156..<190]
    return (isRepeated ? Array(earlier.dropLast()) : earlier) + [0]
  }
}
