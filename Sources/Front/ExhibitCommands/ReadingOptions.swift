import ArgumentParser
import Evidence

/// What to do where a medium refuses to be read.
struct ReadingOptions: ParsableArguments {
  @Option(help: "How often a sector that fails by itself is asked for again.") var retries: UInt32 = 0
  @Option(help: "Seconds after which a read that has not come back counts as refused.")
  var readTimeout: UInt32?
  @Option(help: "Stop, resumable, with more unreadable sectors than this.") var errorLimit: UInt64?
  @Flag(help: "Read from the end of the medium to its beginning. Needs space for a copy meanwhile.")
  var reverse = false
  @Flag(
    help: "Leave dead zones out at first and return to them at the end. Needs space for a copy meanwhile.")
  var skipAhead = false
  @Option(
    help: """
      What the image holds in place of an unreadable sector: zero, a byte as two hexadecimal digits, or text, which \
      states the sector's address.
      """)
  var fill = "zero"

  func policy() throws(EvidenceError) -> ReadingPolicy {
    var policy = ReadingPolicy()
    guard retries <= Self.mostRetries else {
      throw EvidenceError(.argumentInvalid, "--retries \(retries)", "at most \(Self.mostRetries)")
    }
    policy.retries = retries
    if let readTimeout {
      guard (1...Self.longestTimeout).contains(readTimeout) else {
        throw EvidenceError(
          .argumentInvalid, "--read-timeout \(readTimeout)", "1 to \(Self.longestTimeout) seconds")
      }
      policy.timeLimit = readTimeout
    }
    policy.errorLimit = errorLimit
    policy.isReverse = reverse
    policy.skipsAhead = skipAhead
    return policy
  }

  func pattern() throws(EvidenceError) -> FillPattern {
    guard let pattern = FillPattern(fill.lowercased()) else {
      throw EvidenceError(
        .argumentInvalid, "--fill \(fill)", "zero, text, or a byte of 01 to ff as two hexadecimal digits")
    }
    return pattern
  }

  private static let mostRetries: UInt32 = 1000
  private static let longestTimeout: UInt32 = 86_400
}
