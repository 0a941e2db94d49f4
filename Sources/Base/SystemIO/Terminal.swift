import Evidence
import Glibc

/// The terminal, where there is one.
package enum Terminal {
  /// Whether standard error, where progress goes, is a terminal.
  package static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal behind standard error; 80 where it does not say.
  package static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
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

  /// Asks for a secret without showing what is typed. A signal that ends the process leaves the terminal as it was.
  /// - Parameter subject: what the secret is of, for errors.
  /// - Throws: `passphraseNeeded` where standard input is no terminal or ends.
  package static func readSecret(prompt: String, of subject: String) throws(EvidenceError) -> [UInt8] {
    guard isatty(STDIN_FILENO) == 1, HiddenInput.begin() else {
      throw EvidenceError(.passphraseNeeded, subject, "standard input is not a terminal")
    }
    writeError("\(prompt): ")
    defer {
      HiddenInput.end()
      writeError("\n")
    }
    guard let line = readLine(strippingNewline: true) else {
      throw EvidenceError(.passphraseNeeded, subject, "nothing was typed")
    }
    return Array(line.utf8)
  }
}

/// Echo switched off, and the signals that must switch it on again.
private enum HiddenInput {
  /// Behind a pointer because a signal handler may not allocate or take locks. `@unchecked Sendable` holds because
  /// it is written only before the handlers are in place.
  private struct Settings: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  }

  /// The settings to return to.
  private static let before = Settings()
  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// - Returns: `false` where the terminal does not tell its settings.
  static func begin() -> Bool {
    guard tcgetattr(STDIN_FILENO, before.pointer) == 0 else { return false }
    for number in ending {
      Signals.handle(number) { number in
        tcsetattr(STDIN_FILENO, TCSANOW, HiddenInput.before.pointer)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    // A process that is suspended here would come back with its echo on.
    signal(SIGTSTP, SIG_IGN)
    var settings = before.pointer.pointee
    settings.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    return true
  }

  static func end() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, before.pointer)
    for number in ending { Signals.handle(number, SIG_DFL) }
    signal(SIGTSTP, SIG_DFL)
  }
}

private enum Signals {
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
