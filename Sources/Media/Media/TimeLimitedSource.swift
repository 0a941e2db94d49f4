import Evidence
import Glibc
import SystemIO

/// A medium whose reads are given up after a while: what has not come back by then counts as refused.
///
/// A read that hangs in the kernel cannot be called off. Each read therefore runs on a lane, a thread with a buffer of
/// its own; a lane whose read hangs is left to it, and the next read takes another. Where too many hang, the medium
/// has stopped to answer.
package final class TimeLimitedSource: SectorSource {
  /// Lanes that may hang before the medium is given up.
  package static let mostHanging = 8

  package var facts: SourceFacts { medium.facts }
  package var geometry: MediaGeometry { medium.geometry }
  package var readsDirectly: Bool { medium.readsDirectly }

  private struct Lanes: ~Copyable {
    var idle: Lane?
    var hanging: [Lane] = []
  }

  private let medium: any SectorSource
  private let seconds: Double
  private let lanes = Monitor(Lanes())

  /// - Parameter seconds: that a read may take; positive.
  package init(_ medium: any SectorSource, seconds: Double) {
    precondition(seconds > 0)
    self.medium = medium
    self.seconds = seconds
  }

  deinit {
    lanes.withLock { lanes in
      lanes.idle?.end()
      for lane in lanes.hanging { lane.end() }
    }
  }

  /// - Throws: besides what the medium throws: `mediumUnreadable` with ETIMEDOUT after the time, `mediumStalled` where
  ///   too many reads hang.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let lane = try freeLane()
    guard let result = lane.read(buffer.count, at: offset, seconds: seconds) else {
      lanes.withLock { $0.hanging.append(lane) }
      throw EvidenceError(
        .mediumUnreadable, facts.path.string, "no answer within \(HumanText.decimal(seconds)) seconds",
        errno: ETIMEDOUT)
    }
    defer { lanes.withLock { $0.idle = lane } }
    try result.get()
    lane.copy(into: buffer)
  }

  private func freeLane() throws(EvidenceError) -> Lane {
    let lane = lanes.withLock { lanes -> Lane? in
      // A read that came back after all has a buffer nobody waits for.
      while let back = lanes.hanging.firstIndex(where: { $0.isIdle }) {
        let lane = lanes.hanging.remove(at: back)
        if lanes.idle == nil { lanes.idle = lane } else { lane.end() }
      }
      if let idle = lanes.idle.take() { return idle }
      return lanes.hanging.count < Self.mostHanging ? Lane(medium) : nil
    }
    guard let lane else {
      throw EvidenceError(
        .mediumStalled, facts.path.string,
        "\(Self.mostHanging) reads have not come back within \(HumanText.decimal(seconds)) seconds each")
    }
    return lane
  }
}

/// A thread that performs one read after the other.
private final class Lane: Sendable {
  private enum State {
    case idle
    case asked(count: Int, offset: UInt64)
    case reading
    /// Nobody waits for it any more.
    case readingForNobody
    case answered(Result<Void, EvidenceError>)
    case ended
  }

  private struct Work: ~Copyable {
    var state = State.idle
    /// Filled by the lane's own thread; nobody else touches it until the answer is there.
    var buffer = PageBuffer(capacity: 1)
  }

  private let work = Monitor(Work())

  init(_ medium: any SectorSource) {
    WorkerThread(name: "lane") { [work] in
      while let (count, offset, buffer) = Self.next(work) {
        let result = Result { () throws(EvidenceError) in
          try buffer.fill { (memory) throws(EvidenceError) in
            try medium.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: offset)
          }
        }
        buffer.byteCount = count
        work.withLock { work in
          switch work.state {
          case .reading: work.state = .answered(result)
          case .readingForNobody: work.state = .idle
          case .idle, .asked, .answered, .ended: break
          }
        }
        work.signal()
      }
    }.detach()
  }

  var isIdle: Bool {
    work.withLock { work in
      if case .idle = work.state { true } else { false }
    }
  }

  /// - Returns: `nil` where the answer did not come in time; it is not waited for any more.
  func read(_ count: Int, at offset: UInt64, seconds: Double) -> Result<Void, EvidenceError>? {
    work.withLock { $0.state = .asked(count: count, offset: offset) }
    work.signal()
    let answer = work.wait(seconds: seconds) { work -> Result<Void, EvidenceError>? in
      guard case .answered(let result) = work.state else { return nil }
      work.state = .idle
      return result
    }
    if let answer { return answer }
    return work.withLock { work -> Result<Void, EvidenceError>? in
      // It may have come in this moment.
      if case .answered(let result) = work.state {
        work.state = .idle
        return result
      }
      work.state = .readingForNobody
      return nil
    }
  }

  /// What the last read gave.
  func copy(into target: UnsafeMutableRawBufferPointer) {
    work.withLock { $0.buffer.bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
  }

  /// The thread ends as soon as it is back.
  func end() {
    work.withLock { $0.state = .ended }
    work.signal()
  }

  private static func next(_ work: Monitor<Work>) -> (Int, UInt64, PageBuffer)? {
    work.wait { work -> (Int, UInt64, PageBuffer)?? in
      switch work.state {
      case .asked(let count, let offset):
        if work.buffer.capacity < count { work.buffer = PageBuffer(capacity: count) }
        work.state = .reading
        return .some((count, offset, work.buffer))
      case .ended: return .some(nil)
      case .idle, .reading, .readingForNobody, .answered: return nil
      }
    }
  }
}
