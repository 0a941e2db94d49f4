import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// The program under test.
struct Exhibit: Sendable {
  let result: ToolResult

  init(_ arguments: [String], _ injection: Injection? = nil) throws {
    result = try Self.start(arguments, injection).end()
  }

  init(_ result: ToolResult) { self.result = result }

  static func start(_ arguments: [String], _ injection: Injection? = nil) throws -> RunningTool {
    let program = try Programs.folder() + "/exhibit"
    let all = (injection?.wrapper ?? []) + [program] + arguments
    return try RunningTool(
      all[0], Array(all.dropFirst()),
      environment: (injection?.environment ?? [:]).merging(
        ["EXHIBIT_CASE": "", "EXHIBIT_PASSPHRASE_FILE": "", "EXHIBIT_PROFILE": "none", "LC_ALL": "C"]) { $1 })
  }

  /// What it said besides progress.
  var complaints: [Substring] {
    result.errors.split(separator: "\n").filter {
      !$0.hasPrefix("Acquiring ") && !$0.hasPrefix("Verifying ")
    }
  }

  var report: String { "status \(result.status)\n\(result.output)\(complaints.joined(separator: "\n"))" }
}

/// A medium and a case, from which every run begins with a copy.
final class Scenario: Sendable {
  /// What is run with a fault: `acquire …` or `resume …`, without the case.
  private let verb: String
  let hasCopy: Bool
  let source: Data
  private let template: TemporaryFolder

  private static let blockSize = 16 << 20

  /// - Parameters:
  ///   - blocks: of 16 MiB, besides a little more than 1 MiB; checkpoints are made between blocks.
  ///   - hasCopy: the raw image goes to a second folder.
  ///   - stoppedAt: the run with a fault resumes an acquisition that was killed at this call.
  init(blocks: Int = 2, hasCopy: Bool = false, stoppedAt: Call? = nil) throws {
    self.hasCopy = hasCopy
    self.template = try TemporaryFolder()
    self.verb = stoppedAt == nil ? "acquire" : "resume"
    self.source = Self.medium(length: blocks * Self.blockSize + (1 << 20) + 7 * 512)
    try source.write(to: URL(fileURLWithPath: template.appending("source.img").string))
    let place = template.path.string
    try Tool.require("mkdir", [place + "/second"])
    for words in [
      [
        "case", "create", place + "/case", "--number", "1", "--title", "T", "--examiner", "E",
        "--unencrypted-key",
      ],
      ["item", "add", "--case", place + "/case", "--number", "001", "--description", "d"],
    ] {
      let made = try Exhibit(words)
      try #require(made.result.status == 0, "\(made.report)")
    }
    if let stoppedAt {
      let injection = try FaultInjector.injection(Fault(call: stoppedAt, kind: .killed), in: template.path)
      let killed = try Exhibit(acquisition(in: template.path), injection)
      try #require(killed.result.wasKilled, "\(killed.report)")
    }
  }

  /// Text and noise by turns, no block of 64 KiB like another.
  private static func medium(length: Int) -> Data {
    let tile = ReferencePayload.bytes(length: 1 << 20)
    var medium = Data()
    for piece in 0..<length / tile.count + 1 {
      var bytes = tile
      for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
        bytes.replaceSubrange(start..<start + 32, with: Array("tile \(piece) ".utf8).padded(to: 32))
      }
      medium.append(contentsOf: bytes)
    }
    return medium.prefix(length)
  }

  /// A folder of its own for one run. All runs share the source: an acquisition that goes on knows it by its path.
  func begin() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try copy(to: folder.path)
    return folder
  }

  /// Copies the case and the second folder to where they may be mount points already.
  func copy(to folder: FilePath) throws {
    for name in ["case", "second"] {
      try Tool.require("cp", ["-r", template.appending(name).string, folder.string])
    }
  }

  func acquisition(in folder: FilePath) -> [String] {
    let images =
      hasCopy
      ? ["--format", "e01", "--copy-to", "raw:" + folder.appending("second").string]
      : ["--format", "e01", "--format", "raw"]
    return [
      "acquire", template.appending("source.img").string, "--case", folder.appending("case").string, "--item",
      "001", "--checkpoint-interval", "0",
    ] + images
  }

  func resumption(in folder: FilePath) -> [String] {
    ["resume", "--case", folder.appending("case").string, "--item", "001"]
  }

  /// What is run with a fault.
  func command(in folder: FilePath) -> [String] {
    verb == "acquire" ? acquisition(in: folder) : resumption(in: folder)
  }

  /// The calls of a run without a fault.
  func calls() throws -> [Call] {
    let folder = try begin()
    let clean = try Exhibit(command(in: folder.path), FaultInjector.injection(nil, in: folder.path))
    try #require(clean.result.status == 0, "\(clean.report)")
    return try FaultInjector.calls(in: folder.path)
  }
}

extension [UInt8] {
  fileprivate func padded(to count: Int) -> [UInt8] {
    self + [UInt8](repeating: UInt8(ascii: "."), count: Swift.max(0, count - self.count))
  }
}
