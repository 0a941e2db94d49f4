import Digests
import Evidence
import SystemIO

/// The passphrase of a key in the session keyring of the kernel: never on a disk, and gone when its time is over.
///
/// It is found by the digest of the key file, so that one entry is enough for every case that has a copy of the key.
struct KeptPassphrase {
  private let name: String

  /// - Parameter keyFile: its bytes, as protected as they lie there.
  init(keyFile: [UInt8]) { name = "exhibit:" + Digest.of(keyFile, .sha256).hex }

  var passphrase: [UInt8]? { SessionKeyring.find(name) }

  /// - Throws: `systemCall` where the kernel does not allow it.
  func keep(_ passphrase: [UInt8], minutes: UInt32) throws(EvidenceError) {
    try SessionKeyring.keep(passphrase, as: name, minutes: minutes)
  }

  /// - Returns: whether there was one.
  func forget() -> Bool { SessionKeyring.forget(name) }
}
