import Evidence
import Signing
import SystemIO
import SystemPackage

/// Certificates that signatures are checked against.
package enum TrustedCertificates {
  /// The certificates of PEM or DER files, in the order of the files.
  /// - Throws: `fileMissing`, `readFailed`, `fileTooLarge`, `certificateUnusable`.
  package static func read(_ paths: [FilePath]) throws(EvidenceError) -> [Certificate] {
    var all: [Certificate] = []
    for path in paths {
      let bytes = try Files.contents(path, cap: Certificate.largestFile)
      all += try Certificate.all(in: bytes, name: path.string)
    }
    return all
  }
}
