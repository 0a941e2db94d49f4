import Evidence
import EvidenceTestKit
import Media
import Testing

/// Decoders of what devices answer.
@Suite struct ReplyTests {
  @Test func inquiry() throws {
    let reply = try #require(InquiryData(SampleReplies.inquiry))
    #expect(reply.vendor == "ATA" && reply.product == "LAB DISK" && reply.revision == "1.02")
    #expect(reply.deviceType == 0 && !reply.isRemovable)
    // Qualifier 3: there is no such unit.
    #expect(InquiryData([0x7f] + SampleReplies.inquiry.dropFirst()) == nil)
    #expect(InquiryData(Array(SampleReplies.inquiry.prefix(35))) == nil)
  }

  @Test func vitalProductData() throws {
    #expect(UnitSerialNumber.decode(SampleReplies.page(0x80, Array(" SN 42 ".utf8))) == "SN 42")
    #expect(UnitSerialNumber.decode(SampleReplies.page(0x83, Array("SN 42".utf8))) == nil)
    #expect(UnitSerialNumber.decode(SampleReplies.page(0x80, [0x20, 0x20])) == nil)
    let naa: [UInt8] = [0x50, 0, 0xc5, 0, 0x15, 0xea, 0x71, 0xac]
    let names: [UInt8] = [2, 1, 0, 5] + Array("LAB-1".utf8) + [1, 0x13, 0, 8] + naa + [1, 3, 0, 8] + naa
    let identification = try #require(DeviceIdentification(SampleReplies.page(0x83, names)))
    // The second names the port, not the unit.
    #expect(identification.designators.map(\.value) == ["LAB-1", "5000c50015ea71ac"])
    #expect(identification.worldWideName == "5000c50015ea71ac")
    // A page that says it is longer than what came.
    let cut = Array(SampleReplies.page(0x83, names).dropLast(4))
    #expect(DeviceIdentification(cut)?.designators.map(\.value) == ["LAB-1"])
    #expect(BlockDeviceCharacteristics(SampleReplies.page(0xb1, [0, 1, 0, 0]))?.rotationRate == 0)
    #expect(BlockDeviceCharacteristics(SampleReplies.page(0xb1, [0x1c, 0x20]))?.rotationRate == 7200)
    let limits =
      [UInt8](repeating: 0, count: 4) + SampleReplies.bigEndian(65536, 4) + SampleReplies.bigEndian(128, 4)
    #expect(BlockLimits(SampleReplies.page(0xb0, limits))?.longestTransfer == 65536)
  }

  @Test func capacity() throws {
    let reply = try #require(CapacityData(SampleReplies.capacity(sectors: 1 << 33, size: 4096)))
    #expect(reply.sectorCount == 1 << 33 && reply.logicalSectorSize == 4096)
    #expect(CapacityData([UInt8](repeating: 0xff, count: 32)) == nil)
    #expect(CapacityData([UInt8](repeating: 0, count: 32)) == nil)
  }

  @Test func ataIdentify() throws {
    let reply = try #require(ATAIdentify(SampleReplies.Identify(sectors: 0x1_2345_6789).bytes))
    #expect(
      reply.serialNumber == "LAB-SERIAL-01" && reply.model == "LAB DISK 500" && reply.firmware == "1.02")
    #expect(reply.worldWideName == "5000c50015ea71ac")
    #expect(
      reply.sectorCount == 0x1_2345_6789 && reply.logicalSectorSize == 512 && reply.rotationRate == 7200)
    #expect(reply.supportsHostProtectedArea && reply.supportsConfigurationOverlay && reply.isSMARTEnabled)
    #expect(!reply.supportsAccessibleMaxAddress && !reply.supportsTrustedComputing)
    var wrong = SampleReplies.Identify().bytes
    wrong[300] ^= 1
    #expect(ATAIdentify(wrong) == nil, "its checksum is wrong")
    #expect(ATAIdentify([UInt8](repeating: 0, count: 512)) == nil, "a bridge that returns zeros")
    #expect(ATAIdentify(Array(SampleReplies.Identify().bytes.prefix(511))) == nil)
  }

  @Test func smart() throws {
    let sample = SampleReplies.smart([5: 3, 9: 1000, 197: 0xffff_ffff_ffff])
    let reply = try #require(ATASMARTData(sample))
    #expect(reply.attributes.map(\.number) == [5, 9, 197])
    #expect(reply.attributes.map(\.raw) == [3, 1000, 0xffff_ffff_ffff])
    #expect(reply.attributes.allSatisfy { $0.value == 100 && $0.worst == 99 })
    #expect(ATASMARTData.name(of: 5) == "reallocated sectors")
    var wrong = sample
    wrong[7] ^= 1
    #expect(ATASMARTData(wrong) == nil)
  }

  @Test func nvme() throws {
    let controller = try #require(NVMeController(SampleReplies.nvmeController()))
    #expect(
      controller.serialNumber == "NV-SERIAL" && controller.model == "LAB NVME" && controller.firmware == "3.1"
    )
    #expect(controller.managesNamespaces && !controller.supportsSecurityCommands)
    let namespace = try #require(NVMeNamespace(SampleReplies.nvmeNamespace()))
    #expect(namespace.sectorCount == 2_000_000 && namespace.logicalSectorSize == 4096)
    #expect(namespace.eui64 == "0002c90102030405" && namespace.nguid == nil && !namespace.isWriteProtected)
    var protected = SampleReplies.nvmeNamespace()
    protected[99] = 1
    #expect(NVMeNamespace(protected)?.isWriteProtected == true)
    #expect(NVMeNamespaceList.decode(SampleReplies.namespaces([1, 3, 9])) == [1, 3, 9])
    #expect(NVMeNamespaceList.decode(SampleReplies.namespaces([3, 1])) == nil)
    #expect(NVMeNamespaceList.decode([UInt8](repeating: 0xff, count: 4096)) == nil)
    #expect(NVMeHealth([UInt8](repeating: 0, count: 512)) == nil)
  }

  @Test(arguments: [0, 0x7f, 0xffff, 0xfff_ffff, 0x1234_5678_9abc] as [UInt64])
  func registersComeBackWhole(address: UInt64) {
    let extended = address > 0xfff_ffff
    let sense = SenseData(SampleReplies.registers(address: address, extended: extended))
    #expect(sense?.registers?.address == address)
    #expect(sense?.registers?.isSuccess == true)
    #expect(
      SenseData(SampleReplies.registers(address: 0, status: 0x51, error: 4))?.registers?.isSuccess == false)
  }

  @Test func senseIsPutIntoWords() {
    var fixed = [UInt8](repeating: 0, count: 18)
    (fixed[0], fixed[2], fixed[7], fixed[12]) = (0x70, 5, 10, 0x20)
    #expect(SenseData(fixed)?.description == "the device refused it with sense 05/20/00 (illegal request)")
    #expect(SenseData([0x70, 0, 5]) == nil && SenseData([]) == nil && SenseData([0x10, 1, 2]) == nil)
  }

  /// Whatever a device answers, nothing crashes: bytes at random, of every length, and each sample with each byte changed.
  @Test func garbageIsRefusedOrReadButNeverCrashes() {
    func decodeAll(_ bytes: [UInt8]) {
      _ = InquiryData(bytes)
      _ = UnitSerialNumber.decode(bytes)
      _ = DeviceIdentification(bytes)
      _ = BlockLimits(bytes)
      _ = BlockDeviceCharacteristics(bytes)
      _ = CapacityData(bytes)
      _ = SenseData(bytes)
      if let identify = ATAIdentify(bytes) {
        _ = (identify.sectorCount, identify.logicalSectorSize, identify.worldWideName)
      }
      _ = ATADeviceConfiguration(bytes)
      _ = ATASMARTData(bytes)
      _ = NVMeController(bytes)
      _ = NVMeNamespace(bytes)
      _ = NVMeNamespaceList.decode(bytes)
      _ = NVMeHealth(bytes)
      _ = ATAStatistics(bytes)
      _ = ATAStatistics.isNamed(inDirectory: bytes)
      for page in DeviceCommand.logPages { _ = SCSILogPage(bytes, page: page) }
      _ = SecurityDiscovery(bytes)
      _ = ModeHeader(bytes)
      _ = UnitList.decode(bytes)
      _ = ContentSignature.find(in: bytes)
    }
    var generator = SeededGenerator(seed: 7)
    for length in Array(0...260) + [511, 512, 513, 1024, 4095, 4096, 4097] {
      decodeAll(generator.bytes(length))
      for value: UInt8 in [0, 0xff, 0x55] { decodeAll([UInt8](repeating: value, count: length)) }
    }
    let names: [UInt8] = [2, 1, 0, 5] + Array("LAB-1".utf8) + [1, 3, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
    for sample in [
      SampleReplies.page(0x83, names), SampleReplies.registers(address: 77), SampleReplies.inquiry,
      SampleReplies.discovery(locking: 0x0f), SampleReplies.logPage(0x02, [(5, [1, 2, 3, 4]), (6, [0])]),
    ] {
      for position in sample.indices {
        for value in UInt8.min...UInt8.max {
          var changed = sample
          changed[position] = value
          decodeAll(changed)
        }
      }
    }
  }
}
