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

  package init(_ code: ErrorCode, _ subject: String, _ detail: String = "", errno: Int32? = nil) {
    self.code = code
    self.subject = subject
    self.detail = detail
    self.errno = errno
  }

  package var category: ErrorCategory { code.category }
  package var exitStatus: ExitStatus { code.exitStatus }

  /// One line: `not a case folder: /tmp/x (no case.sqlite in it). Name a folder made by …`
  package var description: String {
    let reason = detail.isEmpty ? "" : " (\(HumanText.singleLine(detail)))"
    return "\(code.summary): \(HumanText.singleLine(subject))\(reason). \(code.remedy)"
  }
}
