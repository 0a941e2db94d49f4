import EvidenceTestKit
import Foundation
import Glibc
import SystemPackage

/// An acquisition that is held at one call until the test has done something to it, or to its drive. No time passes
/// for it meanwhile, so that nothing depends on who is faster.
struct HeldRun {
  private let tool: RunningTool

  /// Runs the scenario in `folder` up to the call.
  /// - Parameter isAgain: held at every such call that follows as well.
  init(_ scenario: Scenario, in folder: FilePath, at call: Call, again isAgain: Bool = false) throws {
    var injection = try FaultInjector.hold(at: call, andAfter: isAgain, in: folder)
    // What runs tests may ignore interrupts, which is inherited.
    injection.wrapper = ["env", "--default-signal=INT"]
    tool = try Exhibit.start(scenario.command(in: folder), injection)
    try waitUntilHeld()
  }

  func waitUntilHeld() throws {
    while tool.isRunning {
      if status("State").contains("T") { return }
      usleep(5000)
    }
    throw ToolFailure(description: "it ended before: \(Exhibit(try tool.end()).report)")
  }

  /// Lets it go on, and sends it `signal` first, which has arrived when this returns.
  func go(_ signal: Int32? = nil) {
    if let signal { kill(tool.identifier, signal) }
    kill(tool.identifier, SIGCONT)
    while tool.isRunning, UInt64(status("ShdPnd"), radix: 16) ?? 0 != 0 { usleep(5000) }
  }

  /// What the kernel says of the process; empty where it has ended.
  private func status(_ field: String) -> String {
    let text = (try? String(contentsOfFile: "/proc/\(tool.identifier)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
    return line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces)
  }

  func end() throws -> Exhibit { Exhibit(try tool.end()) }
}
