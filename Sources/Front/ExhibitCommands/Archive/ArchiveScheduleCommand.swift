import ArgumentParser
import CanonicalJSON
import CaseFolders
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ArchiveScheduleCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Write a systemd timer or a cron line that verifies what is due.",
    discussion: """
      Writes files for you to install; installs nothing. The key of the archive needs a passphrase file or no
      passphrase, or the head of the audit log is not signed after unattended runs.

      Examples:
        exhibit archive schedule --case archive --output units/ --on "Sun 02:00"
        exhibit archive schedule --case archive --cron
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The folder to create for the unit files. Default: print them.", completion: .directory)
  var output: String?
  @Option(help: "When, as systemd writes it (OnCalendar).") var on = "Sun *-*-* 02:00:00"
  @Flag(help: "A line for cron instead: Sundays at 02:00.") var cron = false
  @Option(help: "Further options for `exhibit archive verify`, in one text.") var options = "--idle"
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let files = ArchiveUnits(
      program: OwnProgram.place.string, archive: folder.path.string, when: try required(on, "--on"),
      options: options)
    guard !cron else {
      return outputOptions.show([files.cronLine], json: .fields(["cron": .string(files.cronLine)]))
    }
    let units = [(files.name + ".service", files.service), (files.name + ".timer", files.timer)]
    guard let output else {
      return outputOptions.show(
        units.flatMap { name, text in
          ["# \(name)"] + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        },
        json: .object(Dictionary(uniqueKeysWithValues: units.map { ($0.0, .string($0.1)) })))
    }
    let place = FilePath(try required(output, "--output"))
    if Files.kind(place) != .folder { try DurableFolder.create(place) }
    for (name, text) in units { try DurableFile.write(Array(text.utf8), to: place.appending(name)) }
    outputOptions.show(
      [
        "Written: \(units.map { place.appending($0.0).string }.joined(separator: ", "))",
        "  install  cp \(place.string)/\(files.name).* /etc/systemd/system/ && systemctl enable --now \(files.name).timer",
      ], json: .fields(["files": .array(units.map { .string(place.appending($0.0).string) })]))
  }
}

/// Units of systemd, and a line for cron.
struct ArchiveUnits {
  let name = "exhibit-archive"
  let program: String
  let archive: String
  let when: String
  let options: String

  /// A word of a unit file: in double quotes, where `%` and `$` stand for themselves.
  private static func quoted(_ text: String) -> String {
    let marks: [Character: String] = ["\\": "\\\\", "\"": "\\\"", "%": "%%", "$": "$$"]
    return "\"" + text.reduce(into: "") { $0 += marks[$1] ?? String($1) } + "\""
  }

  /// A path where no quotes are allowed.
  private static func path(_ text: String) -> String {
    let marks: [Character: String] = ["\\": "\\\\", " ": "\\x20", "%": "%%"]
    return text.reduce(into: "") { $0 += marks[$1] ?? String($1) }
  }

  private var arguments: String { options.isEmpty ? "" : " \(options)" }

  var service: String {
    """
    [Unit]
    Description=Verify what is due in the evidence archive

    [Service]
    Type=oneshot
    ExecStart=\(Self.quoted(program)) archive verify --due --case \(Self.quoted(archive))\(arguments)
    Nice=19
    IOSchedulingClass=idle
    CPUSchedulingPolicy=idle
    TimeoutStartSec=infinity
    ProtectSystem=strict
    ReadWritePaths=\(Self.path(archive))
    PrivateTmp=true
    NoNewPrivileges=true

    """
  }

  var timer: String {
    """
    [Unit]
    Description=Verify the evidence archive on schedule

    [Timer]
    OnCalendar=\(when)
    RandomizedDelaySec=2h
    Persistent=true

    [Install]
    WantedBy=timers.target

    """
  }

  var cronLine: String {
    func word(_ text: String) -> String {
      "'" + text.reduce(into: "") { $0 += $1 == "'" ? "'\\''" : $1 == "%" ? "\\%" : String($1) } + "'"
    }
    return
      "0 2 * * 0  root  flock -n \(word(archive + "/.verify.lock")) \(word(program)) archive verify --due --case \(word(archive))\(arguments)"
  }
}
