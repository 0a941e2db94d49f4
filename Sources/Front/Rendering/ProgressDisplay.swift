import Evidence
import SystemIO

/// Progress of long work: one line that renews itself on a terminal, a plain line every ten seconds elsewhere.
package final class ProgressDisplay: Sendable {
  private struct State: ~Copyable {
    /// Of the work under its present title.
    var started: (title: String, seconds: Double, done: UInt64)?
    var shown = 0.0
    var lastWidth = 0
  }

  private let title: String
  private let isTerminal = Terminal.showsProgress
  private let isQuiet: Bool
  private let state = Monitor(State())

  package init(_ title: String, isQuiet: Bool = false) {
    self.title = title
    self.isQuiet = isQuiet
  }

  /// Shows how far the work is, unless it was shown a moment ago.
  /// - Parameter part: the part of the work that is under way, where it has several.
  package func update(done: UInt64, of total: UInt64, unreadableSectors: UInt64 = 0, part: String = "") {
    guard !isQuiet else { return }
    state.withLock { state in
      let now = Host.monotonicSeconds()
      let title = part.isEmpty ? self.title : "\(self.title), \(part)"
      // What was done before says nothing of the rate.
      let started =
        state.started.flatMap { $0.title == title ? $0 : nil } ?? (title: title, seconds: now, done: done)
      state.started = started
      guard now - state.shown >= (isTerminal ? 0.2 : 10) || done == total else { return }
      state.shown = now
      let text = Self.line(
        title, done: done, of: total, since: started.done, seconds: now - started.seconds,
        unreadable: unreadableSectors)
      guard isTerminal else { return Terminal.writeError(text + "\n") }
      let cut = String(text.prefix(max(20, Terminal.width - 1)))
      let blank = String(repeating: " ", count: max(0, state.lastWidth - cut.count))
      Terminal.writeError("\r\(cut)\(blank)")
      state.lastWidth = cut.count
    }
  }

  /// Leaves the line as it is and goes to the next.
  package func finish() {
    state.withLock { state in
      if isTerminal, state.lastWidth > 0 { Terminal.writeError("\n") }
      state.lastWidth = 0
    }
  }

  /// - Parameters:
  ///   - since: bytes that were done at the beginning of `seconds`.
  static func line(
    _ title: String, done: UInt64, of total: UInt64, since: UInt64, seconds: Double, unreadable: UInt64
  ) -> String {
    let percent = total == 0 ? 100 : Double(done) / Double(total) * 100
    var text =
      "\(title): \(HumanText.size(done)) of \(HumanText.size(total)), \(HumanText.decimal(percent)) %"
    if seconds > 0.5, done > since {
      let rate = Double(done - since) / seconds
      text +=
        ", \(HumanText.size(UInt64(rate)))/s, \(HumanText.duration(seconds: Double(total - min(done, total)) / rate)) left"
    }
    if unreadable > 0 { text += ", \(unreadable) unreadable sectors" }
    return text
  }
}
