import Evidence
import SystemIO
import SystemPackage

/// The medium that a file lies on, as the machine knows it.
struct ArchiveMedium: Hashable, Sendable {
  /// Unique among the media of this machine: files with the same number are read one after the other where it turns.
  let number: UInt64
  /// `ext4, WDC WD80EFAX, serial 1EHXXXXZ`.
  let name: String?
  /// Its heads move: reading two files at once is slower than one after the other.
  let isRotating: Bool

  /// - Returns: `nil` where nothing is at the path.
  init?(of path: FilePath) {
    guard let number = try? Files.fileSystemNumber(path) else { return nil }
    self.number = number
    let device = FilePath("/sys/dev/block/\(Files.deviceNumber(number))")
    let kind = FileSystems.kind(of: path)
    guard let disk = Self.disk(device) else {
      name = kind
      // A server or a network: one reader, since nobody knows what is behind it.
      isRotating = kind.map(FileSystems.isShared) ?? true
      return
    }
    let facts = ["model", "serial"].compactMap { fact in
      Files.systemText(disk.appending("device").appending(fact)).map {
        fact == "serial" ? "serial \($0)" : $0
      }
    }
    let identity = facts.isEmpty ? [disk.lastComponent?.string].compactMap(\.self) : facts
    name = (([kind].compactMap(\.self)) + identity).joined(separator: ", ")
    isRotating = Files.systemText(disk.appending("queue").appending("rotational")) != "0"
  }

  /// The whole disk of a device number: that of a partition lies above it, that of a mapped device below.
  private static func disk(_ device: FilePath) -> FilePath? {
    guard var place = try? Syscalls.resolve(device).get() else { return nil }
    for _ in 0..<8 {
      if let below = try? Files.names(in: place.appending("slaves")).first,
        let next = try? Syscalls.resolve(place.appending("slaves").appending(below)).get()
      {
        place = next
      } else if Files.exists(place.appending("queue")) {
        return place
      } else {
        place = place.removingLastComponent()
      }
    }
    return nil
  }
}
