import ArgumentParser
import Evidence

/// What to do where a medium refuses to be read.
struct ReadingOptions: ParsableArguments {
  @Option(help: "Retries for each unreadable sector.") var retries: UInt32 = 0
  @Option(help: "Time limit for a read, in seconds; after that it counts as failed.")
  var readTimeout: UInt32?
  @Option(help: "Stop (resumably) after more than this many unreadable sectors.") var errorLimit: UInt64?
  @Flag(help: "Read from the end of the medium to its start. Needs temporary space for a copy.")
  var reverse = false
  @Flag(
    help: "Skip failing areas first and return to them at the end. Needs temporary space for a copy.")
  var skipAhead = false
  @Option(
    help: """
      Fill for unreadable sectors: zero, a byte as two hexadecimal digits, or text stating the sector's address.
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
