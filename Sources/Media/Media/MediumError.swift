import Evidence
import SystemPackage

/// What a failed read says of the medium.
package enum MediumError {
  /// ENXIO, ENODEV and ENOMEDIUM mean that it is gone; every other number is a refusal to read.
  package static func meaning(of error: EvidenceError) -> EvidenceError {
    let gone: [Errno] = [.noSuchAddressOrDevice, .operationNotSupportedByDevice, Errno(rawValue: 123)]
    guard let number = error.errno else { return error }
    let code: ErrorCode =
      gone.contains(Errno(rawValue: number)) ? .mediumVanished : .mediumUnreadable
    return EvidenceError(code, error.subject, error.detail, errno: number)
  }
}
