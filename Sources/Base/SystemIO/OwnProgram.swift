import Evidence
import Glibc
import SystemPackage

/// This very program, run once more for a part of its work that wants a process of its own: one that takes rights from
/// itself which the rest still needs.
package enum OwnProgram {
  /// Runs it to its end. Standard error is that of this process. What a terminal sends to all of its processes the other
  /// one gets by itself; SIGTERM and SIGHUP, once this process was asked to stop, are passed on.
  /// - Parameters:
  ///   - input: for its standard input, at most what a pipe holds (64 KiB).
  ///   - environment: set in addition.
  ///   - stop: raised when this process is asked to stop.
  /// - Returns: how it ended, and what it said on standard output.
  /// - Throws: `systemCall` where it could not be started.
  package static func run(
    _ arguments: [String], input: [UInt8], environment: [String: String], stop: StopFlag
  ) throws(EvidenceError) -> ExternalProgram.Result {
    precondition(input.count <= 1 << 16)
    let forInput = try Pipe()
    let forOutput = try Pipe()
    _ = try Syscalls.write(forInput.writing.number, input[...]).orThrow(.systemCall, path.string)
    let child = try start(
      arguments, environment, input: forInput.reading.number, output: forOutput.writing.number)
    // Ours must go, or neither pipe ever ends.
    _ = consume forInput
    let ours = forOutput.closeWriting()
    let output = try outputOf(child, ours, stop)
    return ExternalProgram.Result(status: try ExternalProgram.wait(child, path), output: output)
  }

  private static let path: FilePath = "/proc/self/exe"

  /// Where it is installed.
  package static var place: FilePath { Syscalls.linkTarget(path).map { FilePath($0) } ?? path }

  private struct Pipe: ~Copyable {
    let reading: OwnedDescriptor
    let writing: OwnedDescriptor

    init() throws(EvidenceError) {
      var ends: [Int32] = [0, 0]
      _ = try Syscalls.pipe(&ends).orThrow(.systemCall, path.string)
      reading = OwnedDescriptor(adopting: ends[0], path: path)
      writing = OwnedDescriptor(adopting: ends[1], path: path)
    }

    consuming func closeWriting() -> OwnedDescriptor { reading }
  }

  private static func start(
    _ arguments: [String], _ environment: [String: String], input: Int32, output: Int32
  ) throws(EvidenceError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    let program = try Syscalls.resolve(path).orThrow(.systemCall, path.string)
    var child: pid_t = 0
    let failure = program.withSystemName { program in
      CStrings([CommandLine.arguments[0]] + arguments).withPointers { arguments in
        CStrings(Environment.all(setting: environment)).withPointers { environment in
          posix_spawn(&child, program, &actions, nil, arguments, environment)
        }
      }
    }
    guard failure == 0 else { throw EvidenceError(Errno(rawValue: failure), .systemCall, path.string) }
    return child
  }

  private static func outputOf(
    _ child: pid_t, _ pipe: borrowing OwnedDescriptor, _ stop: StopFlag
  ) throws(EvidenceError) -> [UInt8] {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var wasTold = false
    while true {
      var wanted = pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0)
      if poll(&wanted, 1, 200) <= 0 {
        // A terminal has told it already; then this is the same wish once more, by another signal.
        if stop.isRaised, !wasTold {
          kill(child, SIGTERM)
          wasTold = true
        }
        continue
      }
      let count = try buffer.withUnsafeMutableBytes { Syscalls.read(pipe.number, into: $0) }
        .orThrow(.systemCall, path.string)
      if count == 0 { return output }
      output += buffer[..<count]
    }
  }
}

extension Environment {
  /// Every variable as `NAME=VALUE`, with some set anew.
  static func all(setting new: [String: String]) -> [String] {
    var all: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let variable = NameText.text(UnsafeRawBufferPointer(start: text, count: strlen(text)))
      if new[String(variable.prefix { $0 != "=" })] == nil { all.append(variable) }
      entry += 1
    }
    return all + new.map { "\($0.key)=\($0.value)" }
  }
}
