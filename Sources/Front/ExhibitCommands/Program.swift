import ArgumentParser
import CanonicalJSON
import Evidence
import Glibc
import Rendering
import SystemIO

/// `exhibit`: parse, one call, render.
package struct ExhibitProgram: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "exhibit",
    abstract: "Forensic acquisition: image a medium once, sign the record, let anyone verify it.",
    version: ToolVersion.current,
    subcommands: [
      SetupCommand.self, CaseCommands.self, PersonCommands.self, AuthorityCommands.self, ItemCommands.self,
      DevicesCommand.self,
      AcquireCommand.self, ResumeCommand.self, CustodyCommands.self, AuditCommands.self,
      VerifyCommand.self, ManifestCommands.self, KeyCommands.self,
      ReportCommand.self, CertificateCommand.self, InfoCommand.self, ConvertCommand.self, DiscCommands.self,
      MakeISOCommand.self,
      RecoverCommand.self, ProveCommand.self, ExportCommand.self, ImportCommand.self, ValidateCommand.self,
    ])

  package init() {}

  /// Runs the program with the arguments of the process and ends it.
  package static func runAndExit() -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    Rendering.runAndExit(
      configuration.commandName ?? "exhibit", asJSON: arguments.contains("--json"),
      otherwise: { (fullMessage(for: $0), exitCode(for: $0) != .success) }, ended: CommandSession.end
    ) {
      var command = try parseAsRoot(arguments)
      CommandSession.begin(command)
      try command.run()
    }
  }
}
