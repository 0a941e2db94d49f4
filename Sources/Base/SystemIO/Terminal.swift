import Evidence
import Glibc

/// The terminal, where there is one.
package enum Terminal {
  /// Whether standard error, where progress goes, is a terminal.
  package static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether standard output, where results go, is a terminal.
  package static var showsOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of the terminal behind standard error; 80 where it does not say.
  package static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Columns of the terminal behind standard output; no limit where it is not one.
  package static var outputWidth: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return Int.max }
    return Int(size.ws_col)
  }

  /// Writes text to standard error at once. Where nobody can read it, the work goes on all the same.
  package static func writeError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }

  /// Whether somebody sits at standard input, who can be asked.
  package static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

  /// Asks a question whose answer is no unless it is `y` or `yes`.
  package static func confirms(_ question: String) -> Bool {
    writeError("\(question) [y/N] ")
    let answer = (readLine(strippingNewline: true) ?? "").lowercased().filter { $0 != " " }
    return answer == "y" || answer == "yes"
  }
}

/// Handlers of signals.
enum Signals {
  /// Handles a signal, unless whoever started us had it ignored, as nohup does: so it stays.
  static func handle(_ number: Int32, _ handler: __sighandler_t?) {
    let before = signal(number, handler)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(number, SIG_IGN)
    }
  }
}

/// SIGINT, SIGTERM and SIGHUP as a request to stop.
package enum StopSignals {
  /// Raised by the first signal; a second one ends the process at once, as if it had not been handled.
  package static let flag = StopFlag()

  package static func install() {
    _ = flag.isRaised
    for number in [SIGINT, SIGTERM, SIGHUP] {
      Signals.handle(number) { number in
        StopSignals.flag.raise()
        signal(number, SIG_DFL)
      }
    }
  }
}
