import Foundation
import SystemPackage

/// What a program that we did not write said.
package struct ToolResult: Sendable {
  /// What it ended with; the number of the signal where one ended it.
  package let status: Int32
  /// A signal ended it: a crash, or a kill.
  package let wasKilled: Bool
  package let output: String
  package let errors: String

  package init(status: Int32, wasKilled: Bool = false, output: String, errors: String) {
    self.status = status
    self.wasKilled = wasKilled
    self.output = output
    self.errors = errors
  }
}

/// Runs other programs; tests judge our files by what these say of them.
package enum Tool {
  /// Runs `name` from PATH (or an absolute path) to its end.
  /// - Throws: when the program cannot be started, which fails the test that needs it.
  package static func run(
    _ name: String, _ arguments: [String], in folder: FilePath? = nil, environment: [String: String] = [:],
    input: Data = Data()
  ) throws -> ToolResult {
    try RunningTool(name, arguments, in: folder, environment: environment, input: input).end()
  }

  /// Whether `name` is on PATH.
  package static func exists(_ name: String) -> Bool {
    (try? run("sh", ["-c", "command -v \"$0\"", name]))?.status == 0
  }
}

/// A program that runs beside the test.
package final class RunningTool {
  private let process = Process()
  // Files, not pipes: a program that writes much to both cannot block on us.
  private let scratch: TemporaryFolder

  /// Starts `name` from PATH (or an absolute path).
  package init(
    _ name: String, _ arguments: [String], in folder: FilePath? = nil, environment: [String: String] = [:],
    input: Data = Data()
  ) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.string) }
    scratch = try TemporaryFolder()
    let paths = ["in", "out", "err"].map { [scratch] in scratch.path.appending($0).string }
    try input.write(to: URL(fileURLWithPath: paths[0]))
    for path in paths[1...] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardInput = FileHandle(forReadingAtPath: paths[0])
    process.standardOutput = FileHandle(forWritingAtPath: paths[1])
    process.standardError = FileHandle(forWritingAtPath: paths[2])
    try process.run()
  }

  /// Its number, as long as it runs.
  package var identifier: pid_t { process.processIdentifier }
  package var isRunning: Bool { process.isRunning }

  /// Waits until it has ended.
  package func end() throws -> ToolResult {
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: scratch.path.appending(name).string)),
        as: UTF8.self)
    }
    return ToolResult(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: try text("out"), errors: try text("err"))
  }
}

/// The programs that were built together with the tests.
package enum Programs {
  /// The build folder: it holds the test bundle this code runs from.
  package static func folder() throws -> String {
    let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    for line in maps.split(separator: "\n") where line.hasSuffix(".xctest") {
      guard let start = line.firstIndex(of: "/") else { continue }
      return FilePath(String(line[start...])).removingLastComponent().string
    }
    throw ToolFailure(description: "the build folder cannot be found")
  }
}

/// A folder that goes when its holder does.
package final class TemporaryFolder: Sendable {
  package let path: FilePath

  package init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "exhibit-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  package func appending(_ name: String) -> FilePath { path.appending(name) }
}

/// Whole files, for tests.
package enum TestFiles {
  package static func write(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
  }

  package static func read(_ path: FilePath) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
  }

  /// Bytes in the file, as the file system states it.
  package static func size(_ path: FilePath) throws -> Int {
    let value = try FileManager.default.attributesOfItem(atPath: path.string)[.size]
    return (value as? NSNumber)?.intValue ?? 0
  }

  package static func names(in folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
  }

  /// Inverts one bit of a file in place.
  package static func flipBit(_ path: FilePath, byte: Int, bit: Int = 0) throws {
    var bytes = try read(path)
    precondition(bytes.indices.contains(byte), "\(path) has no byte \(byte)")
    bytes[byte] ^= 1 << UInt8(bit)
    try write(bytes, to: path)
  }
}
