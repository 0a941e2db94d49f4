import Evidence
import EvidenceTestKit
import OpticalDisc
import Testing

/// Sectors of data tracks in every state in which images have them.
@Suite struct DataSectorTests {
  private static let kinds: [SectorKind] = [.mode0, .mode1, .formless, .form1, .form2]

  private static func sector(_ kind: SectorKind, at lba: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    let data =
      kind == .mode0 ? [UInt8](repeating: 0, count: 2336) : random.bytes(kind.dataRange.count)
    return SectorCodec.encode(
      kind, at: MSF(frames: lba + 150), subheader: kind == .form2 ? [1, 1, 0x64, 1] : [1, 0, 8, 0], data: data
    )
  }

  private static func scrambled(_ sector: [UInt8]) -> [UInt8] {
    var copy = sector
    Scrambler.apply(to: &copy)
    return copy
  }

  /// Addresses whose digits differ in every place.
  private static let addresses = [0, 16, 4350, 11_700, 123_456, 332_000, 400_000]

  @Test(arguments: kinds, addresses) func scrambledSectorsOfEveryModeAreJudgedDescrambled(
    kind: SectorKind, lba: Int
  ) {
    let plain = Self.sector(kind, at: lba)
    for known in [lba, nil] {
      let found = DataSector(Self.scrambled(plain)[...], lba: known)
      #expect(found.isScrambled && found.bytes == plain && found.fault == nil)
      #expect(found.report.kind == kind && found.report.address?.lba == lba && !found.isDamaged)
    }
    let sound = DataSector(plain[...], lba: lba)
    #expect(!sound.isScrambled && sound.bytes == plain && sound.report.kind == kind && !sound.isDamaged)
    #expect(!DataSector(plain[...], lba: lba + 1).isScrambled)
  }

  /// One wrong bit in the data of a scrambled sector is damage of that sector, and can be corrected.
  @Test(arguments: [SectorKind.mode1, .form1]) func damageOfScrambledSectorsIsTold(kind: SectorKind) {
    let plain = Self.sector(kind, at: 300)
    var stored = Self.scrambled(plain)
    stored[700] ^= 4
    let found = DataSector(stored[...], lba: 300)
    #expect(found.isScrambled && found.isDamaged && found.report.edc == .wrong && found.repaired() == plain)
  }

  /// Whatever bit of a header is wrong, the sector is not taken for a scrambled one.
  @Test(arguments: kinds) func aDamagedHeaderIsNotScrambling(kind: SectorKind) {
    for bit in 0..<32 {
      var stored = Self.sector(kind, at: 4350)
      stored[12 + bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!DataSector(stored[...], lba: 4350).isScrambled, "bit \(bit)")
    }
  }

  @Test(arguments: [SectorKind.mode1, .form1, .form2], [0, 3, 11]) func aDamagedSyncIsNoAudio(
    kind: SectorKind, byte: Int
  ) {
    let plain = Self.sector(kind, at: 75)
    for value: UInt8 in [0x55, 0x01] {
      for isScrambled in [false, true] {
        var stored = isScrambled ? Self.scrambled(plain) : plain
        stored[byte] ^= value
        let found = DataSector(stored[...], lba: 75)
        #expect(found.fault == .sync && found.isDamaged && found.isScrambled == isScrambled)
        #expect(found.report.kind == kind && found.report.edc == .right && found.repaired() == plain)
      }
    }
    // All of it gone: the codes tell.
    let gone = [UInt8](repeating: 0, count: 12) + plain[12...]
    #expect(DataSector(gone[...]).fault == .sync && DataSector(gone[...]).repaired() == plain)
  }

  @Test func whatWasNeverReadIsEmpty() {
    for value: UInt8 in [0, 0x55, 0xFF] {
      let all = [UInt8](repeating: value, count: 2352)
      #expect(DataSector(all[...], lba: 3).fault == .filled)
      let behindHeader = Self.sector(.mode1, at: 3)[..<16] + [UInt8](repeating: value, count: 2336)
      let found = DataSector(behindHeader[...], lba: 3)
      #expect(found.fault == .filled && found.isDamaged && found.repaired() == nil)
    }
    // A sector of zeros with its codes is sound.
    let zeros = SectorCodec.encode(.mode1, at: MSF(frames: 153), data: [UInt8](repeating: 0, count: 2048))
    #expect(DataSector(zeros[...], lba: 3).fault == nil)
  }

  @Test func noiseIsNoSector() {
    var random = SeededGenerator(seed: 9)
    let noise = random.bytes(2352)
    let found = DataSector(noise[...], lba: 3)
    #expect(found.fault == .unrecognisable && found.bytes == noise && found.repaired() == nil)
  }

  /// 2048 bytes as the sector's own header says, whatever the track is called.
  @Test(arguments: [TrackMode.mode1, .mode2]) func userDataIsThatOfTheSector(mode: TrackMode) {
    for (kind, range) in [(SectorKind.mode1, 16..<2064), (.form1, 24..<2072), (.form2, 24..<2072)] {
      let plain = Self.sector(kind, at: 20)
      for stored in [plain, Self.scrambled(plain)] {
        #expect(Array(DataSector.userData(stored[...], mode: mode, lba: 20)) == Array(plain[range]))
      }
    }
  }
}
