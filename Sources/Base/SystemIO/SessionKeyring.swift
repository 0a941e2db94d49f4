internal import CLinux
import Evidence
import Glibc

/// Secrets that the kernel keeps for the login session, in its memory alone, until a time is over.
package enum SessionKeyring {
  /// Most bytes of a secret.
  package static let largest = 4096

  /// Keeps a secret, in place of an earlier one of the name.
  /// - Parameters:
  ///   - secret: 1 to ``largest`` bytes.
  ///   - minutes: from 1.
  /// - Throws: `systemCall` where the kernel, or what confines the process, does not allow it.
  package static func keep(_ secret: [UInt8], as name: String, minutes: UInt32) throws(EvidenceError) {
    let outcome = Syscalls.outcome(clinux_keyring_keep(name, secret, secret.count, minutes * 60))
    _ = try outcome.orThrow(.systemCall, "session keyring")
  }

  /// `nil` where none is kept, or none can be.
  package static func find(_ name: String) -> [UInt8]? {
    var secret = [UInt8](repeating: 0, count: largest)
    let count = clinux_keyring_find(name, &secret, secret.count)
    return count > 0 ? Array(secret[..<Int(count)]) : nil
  }

  /// - Returns: whether there was one.
  package static func forget(_ name: String) -> Bool { clinux_keyring_forget(name) == 0 }
}
