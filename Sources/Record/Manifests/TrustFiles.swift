import Evidence
import Signing
import SystemIO
import SystemPackage

extension Trust {
  /// What signatures and time stamps are checked against, from PEM or DER files.
  /// - Throws: `fileMissing`, `readFailed`, `fileTooLarge`, `certificateUnusable`.
  package static func read(
    certificates: [FilePath], revocationLists: [FilePath] = []
  ) throws(EvidenceError) -> Trust {
    var trust = Trust()
    for path in certificates {
      let bytes = try Files.contents(path, cap: Certificate.largestFile)
      trust.certificates += try Certificate.all(in: bytes, name: path.string)
    }
    for path in revocationLists {
      let bytes = try Files.contents(path, cap: RevocationList.largestFile)
      trust.revocationLists.append(try RevocationList(parsing: bytes, name: path.string))
    }
    return trust
  }
}
