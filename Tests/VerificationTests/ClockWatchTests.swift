@testable import Sessions
import Testing

/// A clock that was set while an acquisition ran is told.
@Suite struct ClockWatchTests {
  @Test(arguments: [(3600.0, 1.0, "forward by 59:59"), (-3600.0, 1.0, "back by 1:00:01")])
  func aJumpIsTold(wall: Double, steady: Double, words: String) throws {
    let remark = try #require(ClockWatch.remark(wallSeconds: wall, steadySeconds: steady))
    #expect(remark.contains(words), "\(remark)")
  }

  @Test(arguments: [(0.0, 0.0), (4.0, 0.0), (100.0, 104.0)])
  func whatATimeServiceDoesIsNot(wall: Double, steady: Double) {
    #expect(ClockWatch.remark(wallSeconds: wall, steadySeconds: steady) == nil)
  }
}
