import Evidence
import EvidenceTestKit
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["1", "001", "A-7", "2026_01.b", String(repeating: "x", count: 64)])
  func itemNumbersThatAreFileNames(text: String) throws {
    #expect(try ItemNumber(text).description == text)
    #expect(try ItemNumber(text).fileName == text)
  }

  @Test(arguments: [
    ".", "..", ".hidden", "-rf", "_x", "a.", "a/b", "JM/1", "AB 12-3", "Prüf/7", "１", "a\\b", "a:b",
    "001.partial",
    "a.PARTIAL", "../../etc/passwd", "証拠1",
  ])
  func referencesThatAreNotFileNamesHaveOneOfTheirOwn(text: String) throws {
    let number = try ItemNumber(text)
    #expect(number.description == text)
    #expect(PortableName.isValid(number.fileName) && number.fileName != text, "\(number.fileName)")
    #expect(!number.fileName.lowercased().hasSuffix(".partial"))
  }

  @Test func noTwoReferencesShareAFileName() throws {
    let texts = ["JM/1", "JM:1", "JM 1", "JM_1", "JM-1", "jm/1", "ＪＭ/1"]
    #expect(Set(try texts.map { try ItemNumber($0).fileName }).count == texts.count)
  }

  @Test(arguments: [
    "", " ", "\u{200b}", "a\n", "a\tb", "a\u{0}", "a\u{85}b", "a\u{2028}b", String(repeating: "x", count: 65),
  ])
  func textsThatAreNoReference(text: String) {
    #expect(throws: EvidenceError.self) { try ItemNumber(text) }
  }

  @Test func whatDiffersInvisiblyLooksTheSame() throws {
    let number = try ItemNumber("AB 12")
    for other in ["AB\u{a0}12", "AB  12", "A\u{200b}B 12", " AB 12", "AB\u{ad} 12"] {
      #expect(try number.looksLike(ItemNumber(other)), "\(other)")
    }
    for other in ["AB12", "ab 12", "AB-12"] { #expect(try !number.looksLike(ItemNumber(other)), "\(other)") }
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

@Suite struct ReservedNameTests {
  @Test(arguments: ["CON", "con", "Nul", "AUX.1", "com1", "LPT9", "prn.E01"])
  func whatWindowsKeepsForADeviceIsNoFolder(_ number: String) throws {
    #expect(PortableName.isReserved(number))
    let name = try ItemNumber(number).fileName
    #expect(!PortableName.isReserved(name) && PortableName.isValid(name), "\(name)")
  }

  @Test(arguments: ["001", "CONS", "COM", "COM10", "LPTX", "NULL", "A.CON"])
  func othersAreTheirOwnFolder(_ number: String) throws {
    #expect(try ItemNumber(number).fileName == number)
  }
}
