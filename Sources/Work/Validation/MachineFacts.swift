import Digests
import Evidence
import SystemIO
import SystemPackage

/// The machine a validation ran on, as its own kernel describes it. What it does not say is `nil`.
package struct MachineFacts: Hashable, Sendable {
  /// A program that is not ours and took part.
  package struct Program: Hashable, Sendable {
    package let name: String
    /// `nil` where it is not installed.
    package let path: String?
    package let sha256: Digest?
  }

  package let node: String
  /// Kernel.
  package let system: String
  package let release: String
  package let machine: String
  package let user: String
  package let distribution: String?
  package let processor: String?
  package let processors: Int
  /// Main memory in bytes.
  package let memory: UInt64?
  /// Kind of the file system that was written to.
  package let fileSystem: String?
  package let executable: Program
  /// Those that checks ask for, by name.
  package let programs: [Program]

  /// - Parameters:
  ///   - output: a folder on the file system that is written to.
  ///   - checks: whose programs are listed.
  init(output: FilePath, checks: [ValidationCheck]) throws(EvidenceError) {
    let host = Host.facts
    self.node = host.node
    self.system = host.system
    self.release = host.release
    self.machine = host.machine
    self.user = Host.userName
    self.distribution = Self.value("PRETTY_NAME", in: "/etc/os-release", separator: "=")
    self.processor = Self.value("model name", in: "/proc/cpuinfo", separator: ":")
    self.processors = availableProcessors()
    let kibibytes = Self.value("MemTotal", in: "/proc/meminfo", separator: ":")?.prefix { $0.isNumber }
    self.memory = kibibytes.flatMap { UInt64($0) }.map { $0 << 10 }
    self.fileSystem = FileSystems.kind(of: output)
    let own = try Syscalls.resolve("/proc/self/exe").orThrow(.readFailed, "/proc/self/exe")
    self.executable = Program(
      name: ToolVersion.name, path: own.string, sha256: try FileDigests.of(own).sha256)
    var programs: [Program] = []
    let tools: Set<String> = ["blockdev", "losetup", "mount", "umount"]
    for name in checks.flatMap(\.needs).reduce(
      into: tools,
      { names, need in
        if case .program(let name) = need { names.insert(name) }
      }
    ).sorted() {
      let found = ExternalProgram(named: name)
      var digest: Digest?
      if let found { digest = try FileDigests.of(found.path).sha256 }
      programs.append(Program(name: name, path: found?.path.string, sha256: digest))
    }
    self.programs = programs
  }

  /// The value of the first line that begins with `key`, without quotes and blanks around it.
  private static func value(_ key: String, in path: FilePath, separator: Character) -> String? {
    guard let bytes = try? Files.contents(path, cap: 1 << 24) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != "\t" }).trimmed == key else { continue }
      return HumanText.singleLine(parts[1].filter { $0 != "\"" }.trimmed)
    }
    return nil
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String {
    let start = drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
