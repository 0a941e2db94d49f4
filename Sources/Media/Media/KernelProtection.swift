import Evidence
import Glibc
import SystemIO
import SystemPackage

/// The kernel's own flag against writes to a block device, of the device and of its partitions.
///
/// They are opened once: a process that has restricted itself may not ask a device it opens later.
package final class KernelProtection: Sendable {
  private let members: [Member]

  private final class Member: Sendable {
    let device: OwnedDescriptor
    init(_ path: FilePath) throws(EvidenceError) { self.device = try OwnedDescriptor.openForReading(path) }
  }

  /// - Parameter path: of a block device. Of a disk its partitions count too; of a partition only itself.
  /// - Throws: `fileMissing`, `permissionDenied`, `readFailed`.
  package init(_ path: FilePath) throws(EvidenceError) {
    let folder = DeviceFacts.sysfsFolder(path)
    var members = [try Member(path)]
    for name in folder.flatMap({ try? Files.names(in: $0) }) ?? [] {
      guard let folder, Files.exists(folder.appending(name).appending("partition")) else { continue }
      members.append(try Member(FilePath("/dev").appending(name)))
    }
    self.members = members
  }

  /// Sets the flag on all of them, and reads back whether it holds.
  /// - Returns: why it could not be set; `nil` where it was.
  package func set() -> String? {
    for member in members {
      do throws(EvidenceError) { try member.device.setReadOnly() } catch {
        return "\(member.device.path): \(error.detail.isEmpty ? error.code.summary : error.detail)"
      }
    }
    return isSet == true ? nil : "it was set and reads back as not set"
  }

  /// Whether the kernel refuses writes to all of them; `nil` where it does not say.
  package var isSet: Bool? {
    var all = true
    for member in members {
      guard let status = try? member.device.blockDeviceStatus() else { return nil }
      all = all && status.isReadOnly
    }
    return all
  }
}

/// How often the kernel has written to a block device since it appeared (`/sys/block/NAME/stat`).
package struct WriteCounters: Hashable, Sendable, CustomStringConvertible {
  package let writes: UInt64
  /// Of 512 bytes.
  package let sectors: UInt64
  /// `nil` where the kernel does not count them.
  package let discards: UInt64?

  /// - Returns: `nil` where the kernel does not say.
  package init?(_ path: FilePath) {
    guard let folder = DeviceFacts.sysfsFolder(path), let text = Files.systemText(folder.appending("stat"))
    else { return nil }
    let fields = text.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
    guard fields.count >= 7 else { return nil }
    self.writes = fields[4]
    self.sectors = fields[6]
    self.discards = fields.count > 11 ? fields[11] : nil
  }

  package var description: String {
    "\(writes) writes of \(sectors) units of 512 bytes" + (discards.map { ", \($0) discards" } ?? "")
  }
}

/// Sectors spread over a medium, digested before and after it is read: the first, the last and 64 between them.
package struct SentinelSectors: Hashable, Sendable, CustomStringConvertible {
  package let sectors: [UInt64]
  /// Those that could not be read.
  package let unreadable: [UInt64]
  /// SHA-256 of the others, one behind the other.
  package let digest: Digest

  private static let count: UInt64 = 66

  /// Which sectors of a medium with so many: `i · (n − 1) / 65` for i from 0 to 65, each once.
  package static func addresses(sectorCount: UInt64) -> [UInt64] {
    guard sectorCount > count else { return Array(0..<sectorCount) }
    return (0..<count).map { (sectorCount - 1).multipliedFullWidth(by: $0) }.map {
      (count - 1).dividingFullWidth($0).quotient
    }
  }

  /// Reads them. Blocks.
  /// - Throws: what ends the reading; sectors the medium refuses are no error.
  package init(
    _ source: any SectorSource, digesting: (RawSpan) -> Digest
  ) throws(EvidenceError) {
    let geometry = source.geometry
    let size = Int(geometry.logicalSectorSize)
    let addresses = Self.addresses(sectorCount: geometry.sectorCount)
    var bytes: [UInt8] = []
    var unreadable: [UInt64] = []
    let page = PageBuffer(capacity: size)
    for address in addresses {
      let offset = address * UInt64(size)
      let length = Int(min(UInt64(size), geometry.length - offset))
      do throws(EvidenceError) {
        try page.fill { (memory) throws(EvidenceError) in
          try source.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<length]), at: offset)
          bytes += memory[..<length]
        }
      } catch {
        guard error.code == .mediumUnreadable else { throw error }
        unreadable.append(address)
      }
    }
    self.sectors = addresses
    self.unreadable = unreadable
    self.digest = digesting(bytes.span.bytes)
  }

  package var description: String {
    let refused = unreadable.isEmpty ? "" : ", \(unreadable.count) of them unreadable"
    return "SHA-256 \(digest) of \(sectors.count) sectors\(refused)"
  }
}
