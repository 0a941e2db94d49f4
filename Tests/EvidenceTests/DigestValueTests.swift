import Evidence
import Testing

@Suite struct HexTests {
  @Test func everyByteGoesThereAndBack() {
    let all = Array(UInt8.min...UInt8.max)
    #expect(Hex.encode(all).hasPrefix("000102030405060708090a0b0c0d0e0f10"))
    #expect(Hex.decode(Hex.encode(all)) == all)
    #expect(Hex.decode(Hex.encode(all).uppercased()) == all)
    #expect(Hex.decode("") == [])
  }

  @Test(arguments: ["0", "0g", "g0", " 00", "0x00", "00 ", "é0", "／０", "-1", "00:"])
  func refuses(text: String) { #expect(Hex.decode(text) == nil) }
}

@Suite struct DigestTests {
  @Test(arguments: [(DigestAlgorithm.md5, 16), (.sha1, 20), (.sha256, 32)])
  func readsExactlyItsLength(algorithm: DigestAlgorithm, count: Int) {
    #expect(algorithm.byteCount == count)
    let bytes = [UInt8](repeating: 0xab, count: count)
    let digest = Digest(algorithm, bytes)
    #expect(digest.hex == String(repeating: "ab", count: count))
    #expect(digest.description == digest.hex)
    #expect(Digest(algorithm, hex: digest.hex) == digest)
    #expect(Digest(algorithm, hex: digest.hex.uppercased()) == digest)
    #expect(Digest(algorithm, hex: digest.hex + "ab") == nil)
    #expect(Digest(algorithm, hex: String(digest.hex.dropLast(2))) == nil)
    #expect(Digest(algorithm, hex: String(digest.hex.dropLast()) + "x") == nil)
  }

  @Test func aSetHoldsOnePerAlgorithmInFixedOrder() {
    let md5 = Digest(.md5, [UInt8](repeating: 1, count: 16))
    let later = Digest(.md5, [UInt8](repeating: 2, count: 16))
    let sha256 = Digest(.sha256, [UInt8](repeating: 3, count: 32))
    let sha1 = Digest(.sha1, [UInt8](repeating: 4, count: 20))
    var set = DigestSet([sha256, md5])
    #expect(set.all == [md5, sha256])
    set.insert(sha1)
    set.insert(later)
    #expect(set.all == [later, sha1, sha256])
    #expect(set[.sha1] == sha1)
    #expect(!set.isEmpty && DigestSet().isEmpty)
    #expect(DigestSet([md5])[.sha256] == nil)
  }
}
