import Glibc

/// What libFuzzer calls once: the environment names the target, or the folder seeds are written to.
@c(LLVMFuzzerInitialize)
package func initializeFuzzer(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutableRawPointer
) -> Int32 {
  if let folder = getenv("FUZZ_SEEDS") {
    do { try FuzzSeeds.write(to: String(cString: folder)) } catch {
      say("seeds: \(error)")
      exit(1)
    }
    exit(0)
  }
  guard selected != nil else {
    say("FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue))")
    exit(1)
  }
  return 0
}

/// What libFuzzer calls with each input.
@c(LLVMFuzzerTestOneInput)
package func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let input = Array(UnsafeBufferPointer(start: bytes, count: count))
  if let problem = selected?.problem(with: input) {
    say("wrong answer: \(problem)")
    abort()
  }
  return 0
}

private let selected = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

private func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = Glibc.write(STDERR_FILENO, line, line.count)
}
