import Evidence
import Glibc

/// What the process was started with: variables of the environment, and arguments.
package enum Environment {
  /// The arguments, the name of the program first. Those that are not UTF-8 are names of files, see ``NameText``.
  package static let arguments: [String] = (0..<Int(CommandLine.argc)).compactMap { index in
    CommandLine.unsafeArgv[index].map {
      NameText.text(UnsafeRawBufferPointer(start: $0, count: strlen($0)))
    }
  }

  /// `nil` where it is not set, or empty.
  package static func value(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return NameText.text(UnsafeRawBufferPointer(start: value, count: strlen(value)))
  }
}
