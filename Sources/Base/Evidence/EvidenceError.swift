/// The one error type of Exhibit: what is wrong, where, and why.
///
/// A digest that does not match is not an error but a ``Finding``.
package struct EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
  package let code: ErrorCode
  /// What it happened to: a path, a device, an argument.
  package let subject: String
  /// The reason, without a full stop; empty when the code says it all.
  package let detail: String
  /// The system's error number, where a system call failed.
  package let errno: Int32?
  /// What was asked for wrongly; the subject then is its word, and its value where it has one.
  package let field: RequestField?
  /// What could be asked for instead, or as well.
  package let alternatives: [RequestField]

  package init(
    _ code: ErrorCode, _ subject: String, _ detail: String = "", errno: Int32? = nil,
    consider alternatives: [RequestField] = []
  ) {
    self.init(code, subject, detail, errno, nil, alternatives)
  }

  /// Something was asked for wrongly.
  /// - Parameter value: as it was given.
  package init(
    invalid field: RequestField, _ value: String, _ detail: String, consider alternatives: [RequestField] = []
  ) {
    let subject = value.isEmpty ? field.rawValue : "\(field.rawValue) \(value)"
    self.init(.argumentInvalid, subject, detail, nil, field, alternatives)
  }

  /// Something was asked for wrongly, whatever its value.
  package init(invalid field: RequestField, _ detail: String, consider alternatives: [RequestField] = []) {
    self.init(invalid: field, "", detail, consider: alternatives)
  }

  private init(
    _ code: ErrorCode, _ subject: String, _ detail: String, _ errno: Int32?, _ field: RequestField?,
    _ alternatives: [RequestField]
  ) {
    self.code = code
    self.subject = subject
    self.detail = detail
    self.errno = errno
    self.field = field
    self.alternatives = alternatives
  }

  package var category: ErrorCategory { code.category }
  package var exitStatus: ExitStatus { code.exitStatus }

  /// One line, as it is stored: `not a case folder: /tmp/x (no case.sqlite in it)`. What to do about it depends on
  /// who reads it, and is said where it is shown.
  package var description: String {
    let reason = detail.isEmpty ? "" : " (\(HumanText.singleLine(detail)))"
    return "\(code.summary): \(HumanText.singleLine(subject))\(reason)"
  }
}
