import EvidenceTestKit
import OpticalDisc
import Testing

private func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.filter { $0 != " " }.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

@Suite struct SubchannelTests {
  @Test func crcCheckValue() {
    #expect(Subchannel.crc(Array("123456789".utf8)) == 0xCE3C)
  }

  @Test(arguments: ["4101010637720006397202C5", "41160000011800761306F44F"])
  func knownQ(text: String) throws {
    let known = bytes(text)
    #expect(QChannel.isIntact(known))
    let q = try #require(QChannel(known))
    #expect(q.bytes == known)
    #expect(q.control == 4)
  }

  @Test func damagedQIsNone() {
    #expect(!QChannel.isIntact(bytes("410500000117007613078197")))
    #expect(QChannel(bytes("410500000117007613078197")) == nil)
    #expect(QChannel([]) == nil)
  }

  @Test func positions() throws {
    let q = try #require(QChannel(bytes("4101010637720006397202C5")))
    #expect(
      q.content
        == .position(
          track: 1, index: 1, relative: try #require(MSF("06:37:72")), absolute: try #require(MSF("06:39:72"))
        ))
  }

  @Test func leadInHasEntries() throws {
    let q = QChannel(
      control: 4, .tableOfContents(point: 0xA0, running: MSF("97:25:32"), zero: 0, value: [1, 0x20, 0]))
    #expect(QChannel(q.bytes) == q)
  }

  @Test func catalogNumbers() throws {
    let catalog = try #require(MediaCatalogNumber("1234567890123"))
    let q = QChannel(control: 0, .catalog(catalog, frame: 5))
    #expect(q.bytes == bytes("02 1234567890123000 05 BB74"))
    #expect(QChannel(q.bytes) == q)
    #expect(MediaCatalogNumber("123456789012") == nil)
    #expect(MediaCatalogNumber("123456789012A") == nil)
  }

  @Test func recordingCodes() throws {
    let isrc = try #require(ISRC("DEMUA9800001"))
    let q = QChannel(control: 0, .isrc(isrc, frame: 10))
    #expect(q.bytes == bytes("03 5157654498000010 10 36A1"))
    #expect(QChannel(q.bytes) == q)
    #expect(ISRC("DE-MUA-98-00001") == isrc)
    #expect(ISRC("demua9800001") == nil)
    #expect(ISRC("DEMUA980000A") == nil)
  }

  @Test func anythingElseIsKept() {
    let q = QChannel(control: 4, .other(adr: 5, [0, 1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(QChannel(q.bytes) == q)
  }

  @Test func interleaving() {
    var random = SeededGenerator(seed: 5)
    let raw = random.bytes(96)
    let channels = Subchannel.deinterleave(raw)
    #expect(Subchannel.interleave(channels) == raw)
    // Bit 7 of byte i is bit i of P; bit 0 of the last byte is the last bit of W.
    var one = [UInt8](repeating: 0, count: 96)
    one[9] = 0x80
    one[95] = 0x01
    var expected = [UInt8](repeating: 0, count: 96)
    expected[1] = 0x40
    expected[95] = 0x01
    #expect(Subchannel.deinterleave(one) == expected)
  }
}

@Suite struct AddressTests {
  @Test func times() throws {
    #expect(MSF(lba: 0)?.description == "00:02:00")
    #expect(MSF(lba: -150)?.description == "00:00:00")
    #expect(MSF(lba: -151) == nil)
    #expect(MSF("99:59:74")?.lba == 449849)
    #expect(MSF("100:00:00")?.frames == 450000)
    #expect(MSF("100:00:00")?.bcd == nil)
    #expect(MSF("12:34:56")?.bcd == [0x12, 0x34, 0x56])
    #expect(MSF(bcd: [0x12, 0x34, 0x56])?.description == "12:34:56")
  }

  @Test(arguments: ["00:00:255", "00:60:00", "00:00:75", "0:0", "", "a:b:c", "-1:00:00", "1:2:3:4", "::"])
  func noTimes(text: String) { #expect(MSF(text) == nil) }

  @Test func bcd() {
    #expect((0..<100).allSatisfy { BCD.decode(BCD.encode($0)) == $0 })
    #expect((0...255).count { BCD.decode(UInt8($0)) != nil } == 100)
  }
}
