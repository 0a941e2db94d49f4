import Evidence
import SystemIO

/// Progress of long work on standard error: one line that renews itself on a terminal; elsewhere a line after 10
/// seconds, then in intervals that double up to ten minutes, so that a log stays short however long the work is.
package final class ProgressDisplay: Sendable {
  private struct State: ~Copyable {
    var began: Double?
    /// Of the work under its present part.
    var part = ""
    /// When how much was done, of the last half minute.
    var samples: [(seconds: Double, done: UInt64)] = []
    var shown = -Double.infinity
    var nextLine = 10.0
  }

  /// Seconds the rate is taken over: a medium that slows down shows soon.
  private static let window = 30.0

  /// Cells of the line that stands on the terminal: there is one of them, whoever drew it.
  private static let drawn = Monitor(0)

  private let names: [String]
  private let isBytes: Bool
  private let isTerminal = Terminal.showsProgress
  private let state = Monitor(State())

  /// - Parameters:
  ///   - work: what is done, such as `Acquiring`.
  ///   - item: what it is done with, such as the number of the item.
  ///   - source: the device or file it is read from.
  ///   - isBytes: bytes are counted, not pieces.
  package init(_ work: String, _ item: String = "", from source: String = "", isBytes: Bool = true) {
    self.names = Self.names(work, item, source)
    self.isBytes = isBytes
  }

  /// The longest first: `Acquiring 001 from /dev/disk/by-id/x`, `001 /dev/disk/by-id/x`, `001 x`, `001`.
  static func names(_ work: String, _ item: String, _ source: String) -> [String] {
    let item = HumanText.singleLine(item)
    let source = HumanText.singleLine(source)
    let last = source.split(separator: "/").last.map(String.init) ?? source
    let full = [work, item].filter { !$0.isEmpty }.joined(separator: " ")
    return [
      source.isEmpty ? full : "\(full) from \(source)",
      [item, source].filter { !$0.isEmpty }.joined(separator: " "),
      [item, last].filter { !$0.isEmpty }.joined(separator: " "), item.isEmpty ? last : item,
    ].filter { !$0.isEmpty }
  }

  /// Shows how far the work is, unless it was shown a moment ago.
  /// - Parameters:
  ///   - total: 0 where it is not known.
  ///   - part: the part of the work that is under way, where it has several.
  package func update(done: UInt64, of total: UInt64, unreadableSectors: UInt64 = 0, part: String = "") {
    state.withLock { state in
      let now = Host.monotonicSeconds()
      let began = state.began ?? now
      state.began = began
      // What another part did says nothing of the rate.
      if state.part != part || state.samples.last.map({ $0.done > done }) == true { state.samples = [] }
      state.part = part
      if state.samples.last.map({ now - $0.seconds >= 0.5 }) ?? true { state.samples.append((now, done)) }
      state.samples.removeAll { now - $0.seconds > Self.window }
      let isDue =
        isTerminal
        ? now - state.shown >= 0.2 || !isBytes || (total > 0 && done >= total) : now - began >= state.nextLine
      guard isDue else { return }
      state.shown = now
      let line = ProgressLine(
        names: part.isEmpty ? names : names.map { "\($0), \(part)" } + names.suffix(1), done: done,
        total: total, isBytes: isBytes, unreadableSectors: unreadableSectors,
        rate: state.samples.first.flatMap {
          now - $0.seconds > 0.5 ? Double(done - $0.done) / (now - $0.seconds) : nil
        },
        elapsed: now - began)
      guard isTerminal else {
        state.nextLine = now - began + min(600, state.nextLine)
        return Terminal.writeError(line.plain + "\n")
      }
      // The width is asked for each time: a window may have changed its size.
      Self.draw(line.text(cells: max(10, Terminal.width - 1)))
    }
  }

  private static func draw(_ text: String) {
    drawn.withLock { drawn in
      let cells = TextCells.count(text)
      let blank = String(repeating: " ", count: max(0, min(drawn, Terminal.width - 1) - cells))
      Terminal.writeError("\r\(text)\(blank)")
      drawn = cells
    }
  }

  /// Leaves the line as it is and goes to the next.
  package func finish() { Self.endLine() }

  /// Whatever else is written begins on a line of its own.
  static func endLine() {
    drawn.withLock { drawn in
      if drawn > 0 { Terminal.writeError("\n") }
      drawn = 0
    }
  }
}
