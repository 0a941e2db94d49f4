import Evidence
import Glibc

/// Standard input, output and error of the process.
package enum StandardStreams {
  /// Makes the streams safe to use; called once, before anything is opened.
  ///
  /// A reader that goes away must not end an acquisition, nor a limit on the size of files, so that SIGPIPE and SIGXFSZ
  /// are ignored: the call that meets them fails instead. A stream that was closed by
  /// whoever started us is opened so that its use fails: its number would otherwise go to the next file, and
  /// messages into evidence.
  package static func prepare() {
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) == -1 {
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all of a text to standard output.
  /// - Throws: `writeFailed`, `destinationFull`.
  package static func write(_ text: String) throws(EvidenceError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = try Syscalls.write(STDOUT_FILENO, rest).orThrow(.writeFailed, "standard output")
      rest = rest.dropFirst(count)
    }
  }
}
