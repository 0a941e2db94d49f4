import Digests
import Evidence
import EvidenceTestKit
import OpticalDisc
import Testing

private func counting(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 & 255) } }
private func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
}
private func time(_ text: String) -> MSF { MSF(text) ?? MSF(frames: 0) }
private func sha256(_ bytes: [UInt8]) -> String { Digest.of(bytes.span.bytes, .sha256).hex }

@Suite struct SectorKnownAnswerTests {
  private struct Answer {
    let sector: [UInt8]
    let edc: String
    let edcOffset: Int
    let p: String
    let q: String
    let digest: String
  }

  /// Computed by code proven on sectors read from real discs.
  private static let answers = [
    Answer(
      sector: SectorCodec.encode(.mode1, at: time("00:02:00"), data: [UInt8](repeating: 0, count: 2048)),
      edc: "C513682B", edcOffset: 2064, p: "00F700F5", q: "00410000",
      digest: "b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250"),
    Answer(
      sector: SectorCodec.encode(.mode1, at: time("00:02:16"), data: counting(2048)), edc: "5E935192",
      edcOffset: 2064, p: "42132894", q: "46E94486",
      digest: "24a4cb49d5e7ffb4ba3f3cda43ef5e533ef987bc7b60a642012c95f23e4a08c6"),
    Answer(
      sector: SectorCodec.encode(
        .form1, at: time("00:02:16"), subheader: [0, 0, 8, 0], data: counting(2048)), edc: "E90CD059",
      edcOffset: 2072, p: "59FF7FD9", q: "13FD68AA",
      digest: "763a375444ab4b546bfe61d695ffd53ec89eb235dd5c2cc950a55ce62e814bda"),
  ]

  @Test(arguments: 0..<3) func sectors(number: Int) {
    let answer = Self.answers[number]
    #expect(answer.sector.count == 2352)
    #expect(hex(answer.sector[answer.edcOffset..<answer.edcOffset + 4]) == answer.edc)
    #expect(hex(answer.sector[2076..<2080]) == answer.p)
    #expect(hex(answer.sector[2248..<2252]) == answer.q)
    #expect(sha256(answer.sector) == answer.digest)
    #expect(SectorReport(of: answer.sector.span.bytes).isSound)
  }

  @Test func form2() {
    let sector = SectorCodec.encode(
      .form2, at: time("00:02:17"), subheader: [1, 0, 0x20, 0], data: counting(2324))
    #expect(hex(sector[2348...]) == "51931D3E")
    #expect(sha256(sector) == "db852884ebd76fdd12c53ba3a689aa219362c7b5786b9fa2c5fc38f61dd2eb7b")
    let report = SectorReport(of: sector.span.bytes)
    #expect(report.kind == .form2 && report.edc == .right && report.address == time("00:02:17"))
  }

  @Test func edcCheckValue() {
    let text = Array("123456789".utf8)
    #expect(SectorCodec.edc(text.span.bytes) == 0x6EC2_EDC4)
  }

  @Test func scramblerSequence() {
    #expect(hex(Scrambler.sequence.prefix(16)) == "018000600028001E8008600 6A802FE81".filter { $0 != " " })
    #expect(hex(Scrambler.sequence.suffix(4)) == "72DDE599")
    #expect(Scrambler.sequence.count == 2340)
    #expect(
      sha256(Scrambler.sequence) == "12e23b47b7728bbf5fb5c8e36a3aa7040df6e6586f1cc5e35a9eafd83fedd4b6")
  }
}

@Suite struct SectorTests {
  private static func sample(_ kind: SectorKind, seed: UInt64 = 1, lba: Int = 4242) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    let form: UInt8 = kind == .form2 ? 0x20 : 8
    let data = kind == .mode0 ? [UInt8](repeating: 0, count: 2336) : random.bytes(kind.dataRange.count)
    return SectorCodec.encode(kind, at: MSF(frames: lba + 150), subheader: [1, 2, form, 3], data: data)
  }

  @Test(arguments: [SectorKind.mode0, .mode1, .formless, .form1, .form2])
  func classification(kind: SectorKind) {
    let sector = Self.sample(kind)
    let report = SectorReport(of: sector.span.bytes)
    #expect(report.kind == kind)
    #expect(report.isSound)
    #expect(report.address?.lba == 4242)
  }

  @Test func audioHasNothingToCheck() {
    var random = SeededGenerator(seed: 2)
    let report = SectorReport(of: random.bytes(2352).span.bytes)
    #expect(report.kind == .audio && report.isSound && report.address == nil)
    let silence = [UInt8](repeating: 0, count: 2352)
    #expect(SectorReport(of: silence.span.bytes).kind == .audio)
  }

  @Test func form2MayGoWithoutEDC() {
    let sector = SectorCodec.encode(
      .form2, at: MSF(frames: 200), subheader: [1, 0, 0x20, 0], data: counting(2324), storesForm2EDC: false)
    let report = SectorReport(of: sector.span.bytes)
    #expect(report.kind == .form2 && report.edc == .none && report.isSound)
  }

  /// Every byte that a code covers: changed, it is found; and in mode 1 and form 1 it is mended.
  @Test(arguments: [SectorKind.mode1, .form1, .form2])
  func everyChangedByteIsFound(kind: SectorKind) {
    let sound = Self.sample(kind)
    // Of form 1 and 2 the header is outside; the four bytes of a form 2 EDC all zero would mean that there is none.
    for offset in stride(from: kind == .mode1 ? 12 : 24, to: 2352, by: 7) {
      var damaged = sound
      damaged[offset] ^= 0x41
      #expect(!SectorReport(of: damaged.span.bytes).isSound, "byte \(offset)")
      guard kind != .form2 else { continue }
      let outcome = SectorRepair.repair(damaged)
      #expect(outcome?.sector == sound, "byte \(offset)")
      #expect(outcome?.changed == [offset])
    }
  }

  @Test func soundSectorsStayAsTheyAre() {
    let sector = Self.sample(.mode1)
    let outcome = SectorRepair.repair(sector)
    #expect(outcome?.sector == sector && outcome?.changed == [])
    #expect(SectorRepair.repair(Self.sample(.form2)) == nil)
  }

  /// A burst over several columns needs both codes; erasures reach twice as far.
  @Test func burstsAndErasures() throws {
    let sound = Self.sample(.mode1)
    var burst = sound
    for offset in 500..<540 { burst[offset] ^= 0xFF }
    #expect(SectorRepair.repair(burst)?.sector == sound)

    // Three rows of the P code, all columns: two more than P can find, and Q has more than one per vector.
    var wide = sound
    let places = Set(300..<300 + 2 * 86)
    for offset in places { wide[offset] ^= 0x5A }
    #expect(SectorRepair.repair(wide) == nil)
    #expect(SectorRepair.repair(wide, erasures: places)?.sector == sound)
  }

  /// What cannot be corrected stays so: never a sector that only looks right.
  @Test func noFalseRepair() {
    var random = SeededGenerator(seed: 9)
    var given = 0
    for round in 0..<40 {
      let sound = Self.sample(.mode1, seed: UInt64(round))
      var damaged = sound
      for _ in 0..<400 { damaged[12 + Int(random.next() % 2340)] = UInt8(truncatingIfNeeded: random.next()) }
      if let outcome = SectorRepair.repair(damaged) { #expect(outcome.sector == sound) } else { given += 1 }
    }
    #expect(given == 40)
  }

  @Test func scramblingIsItsOwnInverse() {
    let sound = Self.sample(.mode1)
    var sector = sound
    Scrambler.apply(to: &sector)
    #expect(sector != sound && sector.starts(with: SectorCodec.sync))
    #expect(Scrambler.isScrambled(sector) && Scrambler.isScrambled(sector, lba: 4242))
    #expect(!Scrambler.isScrambled(sound) && !Scrambler.isScrambled(sound, lba: 4242))
    Scrambler.apply(to: &sector)
    #expect(sector == sound)
    #expect(!Scrambler.isScrambled([UInt8](repeating: 0, count: 2352)))
  }

  @Test func unknownModesAreNamed() {
    var sector = Self.sample(.mode1)
    sector[15] = 0x17
    let report = SectorReport(of: sector.span.bytes)
    #expect(report.kind == .unknown(0x17) && !report.isSound)
    // Bits 5 to 7 tell of link blocks and are no mode.
    sector[15] = 0xA1
    #expect(SectorReport(of: sector.span.bytes).kind == .mode1)
    #expect(SectorReport(of: sector.span.bytes).blockType == 5)
  }

  @Test func subheaderCopiesMayDiffer() {
    var sector = Self.sample(.form1)
    sector[21] ^= 1
    let report = SectorReport(of: sector.span.bytes)
    // The copies are data of the code: it mends them.
    #expect(report.kind == .formless || report.subheadersDiffer)
    #expect(SectorRepair.repair(sector)?.sector == Self.sample(.form1))
  }
}
