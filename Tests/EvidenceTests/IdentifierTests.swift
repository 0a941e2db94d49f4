import Evidence
import EvidenceTestKit
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["1", "001", "A-7", "2026_01.b", String(repeating: "x", count: 64)])
  func itemNumbersThatAreFileNames(text: String) throws {
    #expect(try ItemNumber(text).description == text)
  }

  @Test(arguments: [
    "", ".", "..", ".hidden", "-rf", "_x", "a.", "a/b", "a b", "a\n", "é", "１", "a\u{0}", "a\\b", "a:b",
    String(repeating: "x", count: 65),
  ])
  func itemNumbersThatAreNot(text: String) {
    #expect(throws: EvidenceError.self) { try ItemNumber(text) }
    #expect(!PortableName.isValid(text))
  }

  @Test func aPortableNameHasItsOwnLimit() {
    #expect(PortableName.isValid("abc", longest: 3))
    #expect(!PortableName.isValid("abcd", longest: 3))
  }

  @Test func randomIdentifiersAreOfVersionFour() {
    let zeros = RecordIdentifier(random: [UInt8](repeating: 0, count: 16))
    let ones = RecordIdentifier(random: [UInt8](repeating: 0xff, count: 16))
    #expect(zeros.description == "00000000-0000-4000-8000-000000000000")
    #expect(ones.description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<100 {
      let identifier = RecordIdentifier(random: generator.bytes(16))
      #expect(RecordIdentifier(identifier.description) == identifier)
    }
  }

  @Test(arguments: [
    "", "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-0000000000000",
    "000000000-000-4000-8000-000000000000", "0000000000004000800000000000000000",
    "g0000000-0000-4000-8000-000000000000",
    "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF", "{00000000-0000-4000-8000-000000000000}",
    "00000000-0000-1000-8000-000000000000", "00000000-0000-4000-c000-000000000000",
    "00000000-0000-4000-8000-000000000000\n",
  ])
  func refusesIdentifiers(text: String) { #expect(RecordIdentifier(text) == nil) }
}
