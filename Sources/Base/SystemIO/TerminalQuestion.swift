import Evidence
import Glibc

/// A question to whoever sits at the terminal, answered there, wherever standard input comes from.
///
/// What was typed or pasted before the question stood there is no answer to it: it is discarded, and that is said. Several
/// lines that come at once are none either, since they were meant for something else.
package struct TerminalQuestion: ~Copyable {
  /// Quiet before a question is asked: the pause between pieces of one paste is shorter.
  private static let quiet: Int32 = 200
  /// How often an answer of several lines is refused before the question is given up.
  private static let attempts = 3
  /// Most bytes of an answer.
  private static let longest = 4096

  private let terminal: OwnedDescriptor
  private let subject: String
  private let code: ErrorCode

  /// Whether somebody is there to be asked.
  package static var isPossible: Bool {
    guard isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1 else { return false }
    guard case .success(let number) = Syscalls.open("/dev/tty", O_RDWR | O_NOCTTY) else { return false }
    _ = Syscalls.close(number)
    return true
  }

  /// - Parameters:
  ///   - subject: what is asked for, for errors.
  ///   - code: of the error where nobody can be asked, or nothing is answered.
  private init(of subject: String, _ code: ErrorCode) throws(EvidenceError) {
    guard Self.isPossible, case .success(let number) = Syscalls.open("/dev/tty", O_RDWR | O_NOCTTY) else {
      throw EvidenceError(code, subject, "there is no terminal for a prompt")
    }
    terminal = OwnedDescriptor(adopting: number, path: "/dev/tty")
    self.subject = subject
    self.code = code
  }

  /// Asks for a secret without showing what is typed. A signal that ends the process leaves the terminal as it was.
  /// - Parameter subject: what the secret is of, for errors.
  /// - Throws: `passphraseNeeded` where there is no terminal, or nothing was typed.
  package static func secret(_ prompt: String, of subject: String) throws(EvidenceError) -> [UInt8] {
    try TerminalQuestion(of: subject, .passphraseNeeded).ask(prompt, isHidden: true)
  }

  /// Asks for a line.
  /// - Throws: `answerNeeded` where there is no terminal or the answer ended without a line.
  package static func line(_ prompt: String, of subject: String) throws(EvidenceError) -> String {
    String(
      decoding: try TerminalQuestion(of: subject, .answerNeeded).ask(prompt, isHidden: false), as: UTF8.self)
  }

  private consuming func ask(_ prompt: String, isHidden: Bool) throws(EvidenceError) -> [UInt8] {
    guard HeldTerminal.take(terminal.number, hiding: isHidden) else {
      throw EvidenceError(code, subject, "the terminal does not tell its settings")
    }
    defer { HeldTerminal.giveBack() }
    for _ in 0..<Self.attempts {
      let before = discard()
      if before > 0 {
        say("note: \(before) characters typed or pasted before this question were discarded\n")
      }
      HeldTerminal.showTyping(!isHidden)
      say("\(prompt): ")
      guard let answer = isHidden ? hiddenLine() : shownLine() else {
        say("\n")
        throw EvidenceError(code, subject, "nothing was typed")
      }
      if isHidden { say("\n") }
      HeldTerminal.showTyping(false)
      guard discard() > 0 else { return answer }
      say("note: several lines came at once and none was taken; give one line\n")
    }
    throw EvidenceError(code, subject, "several lines came at once, \(Self.attempts) times")
  }

  private func say(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, case .success(let count) = Syscalls.write(terminal.number, rest) {
      rest = rest.dropFirst(count)
    }
  }

  /// Reads and drops what comes until it is quiet, ten seconds at most.
  /// - Returns: how many bytes.
  private func discard() -> Int {
    let end = Host.monotonicSeconds() + 10
    var count = 0
    while Host.monotonicSeconds() < end, isReadable(within: Self.quiet), let bytes = read(), !bytes.isEmpty {
      count += bytes.count
    }
    return count
  }

  private func isReadable(within milliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: terminal.number, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, milliseconds) > 0
  }

  private func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 256)
    guard
      case .success(let count) = buffer.withUnsafeMutableBytes({ Syscalls.read(terminal.number, into: $0) })
    else { return nil }
    return Array(buffer[..<count])
  }

  /// A line edited by the terminal itself.
  private func shownLine() -> [UInt8]? {
    var line: [UInt8] = []
    while let bytes = read(), !bytes.isEmpty, line.count <= Self.longest {
      line += bytes
      if line.last == 0x0a { return line.dropLast() }
    }
    return line.isEmpty ? nil : line
  }

  /// A line taken byte by byte, so that one can see whether more comes with it.
  private func hiddenLine() -> [UInt8]? {
    var line: [UInt8] = []
    while line.count <= Self.longest {
      var byte: [UInt8] = [0]
      guard case .success(1) = byte.withUnsafeMutableBytes({ Syscalls.read(terminal.number, into: $0) })
      else {
        return line.isEmpty ? nil : line
      }
      switch byte[0] {
      case 0x0a, 0x0d: return line
      case 0x04: return line.isEmpty ? nil : line
      case 0x08, 0x7f:
        // One character: its bytes that go on, and that it begins with.
        while let last = line.popLast(), last & 0xc0 == 0x80 {}
      case 0x15: line = []
      default: line.append(byte[0])
      }
    }
    return line
  }
}

/// The terminal while a question is asked, and the signals that must put it back.
private enum HeldTerminal {
  /// Behind a pointer because a signal handler may not allocate or take locks. `@unchecked Sendable` holds because it is
  /// written only before the handlers are in place.
  private struct State: @unchecked Sendable {
    let settings = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    let descriptor = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  }

  private static let before = State()
  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// - Returns: `false` where the terminal does not tell its settings.
  static func take(_ descriptor: Int32, hiding: Bool) -> Bool {
    before.descriptor.pointee = descriptor
    guard tcgetattr(descriptor, before.settings) == 0 else { return false }
    for number in ending {
      Signals.handle(number) { number in
        tcsetattr(HeldTerminal.before.descriptor.pointee, TCSANOW, HeldTerminal.before.settings)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    // A process that is suspended here would come back with its echo on.
    if hiding { signal(SIGTSTP, SIG_IGN) }
    showTyping(false)
    return true
  }

  /// Whole lines that are shown and edited by the terminal; or else single bytes that are not shown.
  static func showTyping(_ isShown: Bool) {
    var settings = before.settings.pointee
    if !isShown { settings.c_lflag &= ~tcflag_t(ECHO | ICANON) }
    tcsetattr(before.descriptor.pointee, TCSANOW, &settings)
  }

  static func giveBack() {
    tcsetattr(before.descriptor.pointee, TCSANOW, before.settings)
    for number in ending { Signals.handle(number, SIG_DFL) }
    signal(SIGTSTP, SIG_DFL)
  }
}
