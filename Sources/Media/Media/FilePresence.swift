import Evidence
import Glibc
import SystemIO
import SystemPackage

/// Tells files whose file system went away while they were read (a server, a program of FUSE, a drive that was pulled)
/// from files with sectors that cannot be read: the kernel answers both with the same number.
package struct FilePresence: Sendable {
  private let files: [FilePath]
  /// Where something was read last, in bytes.
  private let answered = Monitor<UInt64?>(nil)

  /// ENOTCONN, ESTALE and others with which a file system says itself that it lost what is behind it.
  private static let gone: [Int32] = [
    ENOTCONN, ESTALE, ENODEV, ENXIO, ESHUTDOWN, ECONNABORTED, ECONNRESET, ECONNREFUSED, EHOSTDOWN,
    EHOSTUNREACH,
    ENETDOWN, ENETUNREACH, ENETRESET, ETIMEDOUT, EPIPE, ENOLINK, ECOMM, EREMOTEIO, EBADF,
  ]
  /// How long what was read before may take to be readable again, in microseconds.
  private static let patience: UInt32 = 2_000_000
  private static let step: UInt32 = 200_000

  package init(_ files: [FilePath]) { self.files = files }

  /// Notes that something was read at byte `offset`.
  package func note(_ offset: UInt64) { answered.withLock { $0 = offset } }

  /// What a failed read of the files means: that they are gone, or that they refuse this place.
  /// - Parameter again: reads a little at the byte, which was read before, and says whether that succeeds.
  package func meaning(of error: EvidenceError, readingAgain again: (UInt64) -> Bool) -> EvidenceError {
    let meaning = MediumError.meaning(of: error)
    guard meaning.code == .mediumUnreadable, let reason = loss(meaning.errno, again) else { return meaning }
    return EvidenceError(.mediumVanished, files.first?.string ?? error.subject, reason, errno: meaning.errno)
  }

  private func loss(_ number: Int32?, _ again: (UInt64) -> Bool) -> String? {
    if let number, Self.gone.contains(number) { return Errno(rawValue: number).description }
    if let reason = lossBySystem() { return reason }
    guard let offset = answered.withLock({ $0 }) else { return nil }
    for _ in 0..<Self.patience / Self.step {
      forgetCached()
      if again(offset) { return nil }
      usleep(Self.step)
      if let reason = lossBySystem() { return reason }
    }
    return "what was read before cannot be read any more"
  }

  /// Why a file cannot even be looked at; `nil` where all of them can.
  private func lossBySystem() -> String? {
    for path in files {
      // A file that has another name by now is still there.
      guard case .failure(let number) = Syscalls.status(path), number != .noSuchFileOrDirectory else {
        continue
      }
      return "\(number)"
    }
    return nil
  }

  /// What the kernel kept would answer for a file system that is gone.
  private func forgetCached() {
    for path in files { (try? OwnedDescriptor.openForReading(path))?.forgetCached() }
  }
}
