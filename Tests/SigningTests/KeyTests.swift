import Evidence
import EvidenceTestKit
import Signing
import Testing

@Suite struct KeyTests {
  @Test(arguments: [SigningKey.Kind.ecdsaP256, .ecdsaP384, .rsa3072])
  func keysSurviveUnencryptedExport(kind: SigningKey.Kind) throws {
    let key = try SigningKey.generate(kind)
    let pem = try key.unencryptedPEM()
    let again = try SigningKey(pem: pem, name: "key")
    #expect(again.kind == kind)
    #expect(try again.unencryptedPEM() == pem)
  }

  @Test func encryptedKeyIsReadByOpenSSLAndByUs() throws {
    let folder = try TemporaryFolder()
    let key = try SigningKey.generate()
    let pem = try key.encryptedPEM(passphrase: Samples.passphrase)
    #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
    try TestFiles.write(pem, to: folder.appending("key.pem"))
    try TestFiles.write(Samples.passphrase, to: folder.appending("pass"))
    let text = try Samples.openssl("pkey -in key.pem -passin file:pass", in: folder.path)
    #expect(Array(text.utf8) == (try key.unencryptedPEM()))
    let structure = try Samples.openssl("asn1parse -in key.pem", in: folder.path)
    #expect(structure.contains("PBKDF2") && structure.contains("hmacWithSHA256"))
    #expect(structure.contains("aes-256-cbc") && structure.contains(":0927C0"))
    let again = try SigningKey(pem: pem, passphrase: Samples.passphrase, name: "key")
    #expect(try again.unencryptedPEM() == key.unencryptedPEM())
  }

  @Test func passphrasesAreToldApart() throws {
    let pem = try SigningKey.generate().encryptedPEM(passphrase: Samples.passphrase)
    #expect(failure { _ = try SigningKey(pem: pem, name: "key") } == .passphraseNeeded)
    for wrong in [Array("wrong".utf8), [], [UInt8](repeating: 65, count: 5000)] {
      #expect(failure { _ = try SigningKey(pem: pem, passphrase: wrong, name: "key") } == .passphraseWrong)
    }
  }

  @Test func passphraseLengthIsLimited() throws {
    let key = try SigningKey.generate()
    let longest = [UInt8](repeating: 65, count: SigningKey.longestPassphrase)
    let pem = try key.encryptedPEM(passphrase: longest)
    #expect(try SigningKey(pem: pem, passphrase: longest, name: "key").kind == .ecdsaP256)
    for wrong in [[], longest + [65]] {
      #expect(failure { _ = try key.encryptedPEM(passphrase: wrong) } == .argumentInvalid)
    }
  }

  @Test(arguments: [
    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem",
    "genpkey -algorithm ED25519 -out key.pem",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp521r1 -out key.pem",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out key.pem",
  ])
  func otherKeysAreRefused(command: String) throws {
    let folder = try TemporaryFolder()
    _ = try Samples.openssl(command, in: folder.path)
    let pem = try TestFiles.read(folder.appending("key.pem"))
    #expect(failure { _ = try SigningKey(pem: pem, name: "key") } == .keyUnusable)
  }

  @Test func traditionalKeysOfOpenSSLAreRead() throws {
    let folder = try TemporaryFolder()
    _ = try Samples.openssl("ecparam -name prime256v1 -genkey -out key.pem", in: folder.path)
    #expect(
      try SigningKey(pem: try TestFiles.read(folder.appending("key.pem")), name: "key").kind == .ecdsaP256)
    _ = try Samples.openssl("ec -in key.pem -aes128 -passout pass:secret -out old.pem", in: folder.path)
    let old = try TestFiles.read(folder.appending("old.pem"))
    #expect(try SigningKey(pem: old, passphrase: Array("secret".utf8), name: "key").kind == .ecdsaP256)
    #expect(failure { _ = try SigningKey(pem: old, name: "key") } == .passphraseNeeded)
  }

  @Test func foreignBytesAreNoKey() throws {
    let certificate = try Samples.identity().certificate.pem()
    let pem = try SigningKey.generate().unencryptedPEM()
    for bytes in [[], [0], certificate, Array(pem.dropLast(60))] {
      #expect(failure { _ = try SigningKey(pem: bytes, name: "key") } == .keyUnusable)
    }
  }
}
