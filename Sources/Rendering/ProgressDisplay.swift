import Evidence
import SystemIO

/// Progress of long work: one line that renews itself on a terminal, a plain line every ten seconds elsewhere.
package final class ProgressDisplay: Sendable {
  private struct State: ~Copyable {
    var started: Double?
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
  package func update(done: UInt64, of total: UInt64, unreadableSectors: UInt64 = 0) {
    guard !isQuiet else { return }
    state.withLock { state in
      let now = Host.monotonicSeconds()
      let started = state.started ?? now
      state.started = started
      guard now - state.shown >= (isTerminal ? 0.2 : 10) || done == total else { return }
      state.shown = now
      let text = Self.line(
        title, done: done, of: total, seconds: now - started, unreadable: unreadableSectors)
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

  static func line(_ title: String, done: UInt64, of total: UInt64, seconds: Double, unreadable: UInt64)
    -> String
  {
    let percent = total == 0 ? 100 : Double(done) / Double(total) * 100
    var text =
      "\(title): \(HumanText.size(done)) of \(HumanText.size(total)), \(HumanText.decimal(percent)) %"
    if seconds > 0.5, done > 0 {
      let rate = Double(done) / seconds
      text +=
        ", \(HumanText.size(UInt64(rate)))/s, \(HumanText.duration(seconds: Double(total - min(done, total)) / rate)) left"
    }
    if unreadable > 0 { text += ", \(unreadable) unreadable sectors" }
    return text
  }
}
