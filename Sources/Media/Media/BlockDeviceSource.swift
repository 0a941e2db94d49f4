import Evidence
import Glibc
import SystemIO
import SystemPackage

/// A block device, opened read-only and exclusively.
///
/// Opening with O_EXCL makes the kernel refuse a device that something else holds (a mount, swap, md, dm), and
/// keeps others from taking it while it is read. What the kernel does not count, such as a loop device on it, is looked
/// for. Where an examiner accepts that file systems of it are mounted read-only, it is opened beside them.
package final class BlockDeviceSource: SectorSource {
  package let facts: SourceFacts
  package let geometry: MediaGeometry
  package let readsDirectly: Bool
  private let device: OwnedDescriptor
  private let presence: DevicePresence

  init(_ path: FilePath, accepting accepted: Set<AcceptableState> = []) throws(EvidenceError) {
    let holders = SysfsDevice(node: path).map { DeviceHolders.exclusive(of: $0) } ?? []
    let isAccepted =
      accepted.contains(.mountedReadOnly) && !holders.isEmpty && holders.allSatisfy(\.isReadOnly)
    guard holders.isEmpty || isAccepted else { throw Self.inUse(path) }
    let opened = try Self.open(path, exclusively: !isAccepted)
    let status = try opened.device.blockDeviceStatus()
    guard status.length > 0 else { throw EvidenceError(.sourceEmpty, path.string) }
    self.geometry = MediaGeometry(
      length: status.length, logicalSectorSize: status.logicalSectorSize,
      physicalSectorSize: status.physicalSectorSize)
    var facts = DeviceFacts.fromSystem(path)
    facts.isReadOnly = status.isReadOnly
    facts.acceptedHolders = holders
    self.facts = facts
    self.readsDirectly = opened.isDirect
    self.device = opened.device
    self.presence = DevicePresence(path, sectorSize: status.logicalSectorSize)
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let count: Int
    do throws(EvidenceError) { count = try device.read(into: buffer, at: offset) } catch {
      throw meaning(of: error)
    }
    guard count == buffer.count else {
      // A device that was unplugged ends at 0; one that shrank ends elsewhere.
      let length = (try? device.blockDeviceStatus().length) ?? 0
      let position = "it ends at byte \(offset + UInt64(count)) of \(geometry.length)"
      throw EvidenceError(length == 0 ? .mediumVanished : .mediumChanged, facts.path.string, position)
    }
    presence.note(offset)
  }

  /// A device that is being pulled out refuses to be read before it is gone: that is no unreadable sector.
  private func meaning(of error: EvidenceError) -> EvidenceError {
    let meaning = MediumError.meaning(of: error)
    guard meaning.code == .mediumUnreadable, let loss = presence.loss(of: device, isDirect: readsDirectly)
    else { return meaning }
    return EvidenceError(.mediumVanished, facts.path.string, loss, errno: meaning.errno ?? 0)
  }

  private struct Opened: ~Copyable {
    let device: OwnedDescriptor
    let isDirect: Bool
  }

  private static func inUse(_ path: FilePath) -> EvidenceError {
    EvidenceError(.sourceInUse, path.string, DeviceHolders.describe(path), errno: EBUSY)
  }

  private static func open(_ path: FilePath, exclusively: Bool) throws(EvidenceError) -> Opened {
    for direct in [true, false] {
      let flags = O_RDONLY | (exclusively ? O_EXCL : 0) | (direct ? Syscalls.directFlag : 0)
      switch Syscalls.open(path, flags) {
      case .success(let number):
        let device = OwnedDescriptor(adopting: number, path: path)
        if direct, !canReadFirstSector(device) { continue }
        return Opened(device: device, isDirect: direct)
      case .failure(.resourceBusy):
        throw inUse(path)
      case .failure(.invalidArgument) where direct: continue
      case .failure(let number):
        let meaning = MediumError.meaning(of: EvidenceError(number, .sourceNotReadable, path.string))
        // A drive without a medium is an empty source, not one that vanished during work.
        if meaning.code == .mediumVanished { throw EvidenceError(.sourceEmpty, path.string, meaning.detail) }
        throw EvidenceError(number, .sourceNotReadable, path.string)
      }
    }
    throw EvidenceError(.sourceNotReadable, path.string)
  }

  /// False only where the device refuses direct reads as such (EINVAL); a failing sector is no such refusal.
  private static func canReadFirstSector(_ device: borrowing OwnedDescriptor) -> Bool {
    guard let status = try? device.blockDeviceStatus(), status.length >= UInt64(status.logicalSectorSize)
    else { return true }
    let page = PageBuffer(capacity: Int(status.logicalSectorSize))
    return page.fill { buffer in
      if case .failure(.invalidArgument) = Syscalls.pread(device.number, into: buffer, at: 0) {
        false
      } else {
        true
      }
    }
  }
}
