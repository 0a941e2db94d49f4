import Evidence
import Testing

@Suite struct NameTextTests {
  @Test(arguments: [
    [0x63, 0x61, 0x66, 0xE9], [0xFF], [0xE2, 0x84, 0xAA], [0xCD, 0xBE], [0xE1, 0xBF, 0xAF],
    Array("caf\u{e9}".utf8),
    [0xF4, 0x8F, 0xBB, 0xBF], [0x61, 0xC3],
  ])
  func theBytesComeBack(bytes: [UInt8]) { #expect(NameText.bytes(NameText.text(bytes)) == bytes) }

  /// Lists of records hold portable names only: none of another file may pass for one of them.
  @Test func noOtherNameIsLikeAPortableOne() {
    let ascii = Set((0x21..<0x7F as Range<UInt8>).map { String(Unicode.Scalar($0)) })
    var alike: [UInt32] = []
    for value in 0x80..<0x11_0000 as Range<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(scalar).utf8)
      if ascii.contains(NameText.text(bytes)) { alike.append(value) }
    }
    #expect(alike == [])
  }
}
