import Evidence
import Glibc
import SystemIO
import SystemPackage

/// Everything that is known of one disk or optical drive. Looking never changes it: it is opened read-only, and asked
/// only what ``AllowList`` permits.
package struct DeviceSurvey: Sendable {
  /// What was found on a disk or a partition.
  package struct Contents: Sendable {
    package let signatures: [ContentSignature]
    /// Why the first sectors could not be read; `nil` where they could.
    package let unreadable: String?
  }

  package let device: SysfsDevice
  package let replies: DeviceReplies
  package let hiddenAreas: [HiddenArea]
  /// A hardware write blocker, recognised by what it says of itself.
  package let blocker: WriteBlocker?
  /// How often each kind of command was sent, by name.
  package let commands: [String: Int]
  /// `nil` where there is no medium, or the device cannot be opened.
  package let geometry: MediaGeometry?
  package let table: PartitionTable?
  /// Of the whole disk; `nil` where it has a partition table.
  package let contents: Contents?
  /// By the number of the partition.
  package let partitionContents: [Int: Contents]
  package let holders: [DeviceHolder]
  /// Why it cannot be acquired now; empty where it can.
  package let obstacles: [String]

  /// Asks the device, and reads partition table and signatures. Blocks until it has answered.
  /// - Parameter target: takes the commands; a gate of its own where `nil`.
  package init(_ device: SysfsDevice, asking target: (any CommandTarget)? = nil) {
    self.device = device
    self.holders = DeviceHolders.holders(of: device)
    var obstacles = holders.filter(\.isExclusive).map(\.description)
    var geometry: MediaGeometry?
    do throws(EvidenceError) {
      let status = try OwnedDescriptor.openDevice(device.path).blockDeviceStatus()
      if status.length > 0 {
        geometry = MediaGeometry(
          length: status.length, logicalSectorSize: status.logicalSectorSize,
          physicalSectorSize: status.physicalSectorSize)
      } else {
        obstacles.append("it has no medium")
      }
      // The kernel has the last word, and gives it before anything is read.
      if obstacles.isEmpty { _ = try OwnedDescriptor.openDevice(device.path, exclusively: true) }
    } catch {
      let isWithoutMedium = error.errno == ENOMEDIUM
      obstacles.append(isWithoutMedium ? "it has no medium" : "\(error.code.summary): \(error.detail)")
      // What cannot be opened is still known by the kernel's account.
      if !isWithoutMedium { geometry = device.geometry }
    }
    self.obstacles = obstacles
    self.geometry = geometry

    if let gate = target ?? (try? CommandGate(device.path)) {
      replies = DeviceReplies(asking: gate, bus: device.bus, namespace: device.namespaceNumber)
      commands = gate.counts
    } else {
      replies = DeviceReplies()
      commands = [:]
    }
    hiddenAreas =
      device.bus == .mmc ? HiddenArea.ofMMC(device) : replies.hiddenAreas
    blocker = WriteBlocker(inquiry: replies.inquiry, bridge: device.bridge, serial: replies.serialNumber)

    let reading = !device.isOptical ? geometry.map { ContentReading(device.path, $0) } : nil
    self.table = reading?.table
    self.contents = reading?.contents
    self.partitionContents = reading?.partitionContents ?? [:]
  }

  // What a device says of itself counts before what the kernel made of it.

  package var model: String? {
    let asked = replies.ata?.model ?? replies.controller?.model
    let inquired = replies.inquiry.map { "\($0.vendor) \($0.product)" }
    let known = [device.vendor, device.model].compactMap { $0 }.joined(separator: " ")
    let text = asked ?? inquired ?? known
    return text.allSatisfy { $0 == " " } ? nil : text
  }

  package var serialNumber: String? {
    nonEmpty(replies.ata?.serialNumber) ?? nonEmpty(replies.controller?.serialNumber)
      ?? nonEmpty(replies.serialNumber) ?? device.serialNumber
  }

  package var firmware: String? {
    nonEmpty(replies.ata?.firmware) ?? nonEmpty(replies.controller?.firmware)
      ?? nonEmpty(replies.inquiry?.revision) ?? device.firmware
  }

  package var worldWideName: String? {
    replies.ata?.worldWideName ?? replies.identification?.worldWideName ?? device.worldWideName
  }

  package var rotationRate: Int? { replies.ata?.rotationRate ?? replies.characteristics?.rotationRate }

  private func nonEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

extension DeviceReplies {
  /// Of a device that was not asked.
  fileprivate init() {}
}

extension SysfsDevice {
  /// `nil` without a medium.
  var geometry: MediaGeometry? {
    func size(_ name: String) -> UInt32? {
      Files.systemText(disk.appending("queue").appending(name)).flatMap { UInt32($0) }.flatMap {
        $0 > 0 ? $0 : nil
      }
    }
    guard sizeIn512 > 0, let logical = size("logical_block_size") else { return nil }
    return MediaGeometry(
      length: sizeIn512 * 512, logicalSectorSize: logical, physicalSectorSize: size("physical_block_size"))
  }

  /// `nvme0n2` is namespace 2; the kernel counts them, and `nsid` has the controller's own number.
  var namespaceNumber: UInt32 {
    Files.systemText(disk.appending("nsid")).flatMap { UInt32($0) } ?? 1
  }
}

/// Reads what the first sectors of a disk and its partitions say.
private struct ContentReading {
  private(set) var table: PartitionTable?
  private(set) var contents: DeviceSurvey.Contents?
  private(set) var partitionContents: [Int: DeviceSurvey.Contents] = [:]

  init(_ path: FilePath, _ geometry: MediaGeometry) {
    let reader = SectorReader(path)
    table = PartitionTable.find(
      sectorSize: geometry.logicalSectorSize, sectorCount: geometry.sectorCount
    ) { (try? reader.bytes(at: $0, count: $1)) ?? [] }
    guard let table else {
      contents = reader.contents(at: 0, length: geometry.length)
      return
    }
    let sector = UInt64(geometry.logicalSectorSize)
    for partition in table.partitions where partition.sectors.end <= geometry.sectorCount {
      partitionContents[partition.number] = reader.contents(
        at: partition.sectors.first * sector, length: partition.sectors.count * sector)
    }
  }
}

/// Reads through the page cache: a few kilobytes of any alignment.
private struct SectorReader {
  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  func contents(at offset: UInt64, length: UInt64) -> DeviceSurvey.Contents {
    do throws(EvidenceError) {
      let bytes = try bytes(at: offset, count: Int(min(length, UInt64(ContentSignature.needed))))
      return DeviceSurvey.Contents(signatures: ContentSignature.find(in: bytes), unreadable: nil)
    } catch {
      return DeviceSurvey.Contents(signatures: [], unreadable: error.detail)
    }
  }

  func bytes(at offset: UInt64, count: Int) throws(EvidenceError) -> [UInt8] {
    let device = try OwnedDescriptor.openDevice(path)
    let page = PageBuffer(capacity: count)
    return try page.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      return Array(target.prefix(try device.read(into: target, at: offset)))
    }
  }
}
