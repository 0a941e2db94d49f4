import Evidence
import SystemIO

/// Notices where the clock of the machine is set while an acquisition runs: times before and after are of two clocks.
struct ClockWatch {
  private let wall = Host.now()
  private let steady = Host.secondsSinceStart()

  /// Seconds that a clock may be put right by, as time services do.
  private static let tolerance = 5.0

  /// What to say of it; `nil` where both clocks went alike.
  var remark: String? {
    Self.remark(
      wallSeconds: Double(Host.now().microseconds - wall.microseconds) / 1e6,
      steadySeconds: Host.secondsSinceStart() - steady)
  }

  static func remark(wallSeconds: Double, steadySeconds: Double) -> String? {
    let jump = wallSeconds - steadySeconds
    guard abs(jump) > tolerance else { return nil }
    return
      "This machine's clock was set \(jump > 0 ? "forward" : "back") by \(HumanText.duration(seconds: abs(jump))) "
      + "during the acquisition: recorded times before and after do not compare."
  }
}
