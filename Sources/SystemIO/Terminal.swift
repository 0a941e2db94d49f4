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

  /// Writes text to standard error at once.
  package static func writeError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }

  /// Asks for a secret without showing what is typed.
  /// - Throws: `passphraseNeeded` where standard input is no terminal or ends.
  package static func readSecret(prompt: String) throws(EvidenceError) -> [UInt8] {
    var settings = termios()
    guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else {
      throw EvidenceError(.passphraseNeeded, prompt)
    }
    let before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    writeError("\(prompt): ")
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    defer {
      var before = before
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      writeError("\n")
    }
    guard let line = readLine(strippingNewline: true) else {
      throw EvidenceError(.passphraseNeeded, prompt, "nothing was typed")
    }
    return Array(line.utf8)
  }
}

/// SIGINT, SIGTERM and SIGHUP as a request to stop.
package enum StopSignals {
  /// Raised by the first signal; a second one ends the process at once, as if it had not been handled.
  package static let flag = StopFlag()

  package static func install() {
    _ = flag.isRaised
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let before = signal(number) { number in
        StopSignals.flag.raise()
        signal(number, SIG_DFL)
      }
      // Whoever started us had it ignored, as nohup does: so it stays.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        signal(number, SIG_IGN)
      }
    }
  }
}
