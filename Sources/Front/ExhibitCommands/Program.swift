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
    discussion: FirstScreen.steps.map { step in
      ([step.title + ":"] + step.commands.map { "  " + $0 }).joined(separator: "\n")
    }.joined(separator: "\n"),
    version: ToolVersion.current,
    groupedSubcommands: [
      CommandGroup(
        name: "Set up",
        subcommands: [
          SetupCommand.self, EquipmentCommands.self, CaseCommands.self, ItemCommands.self,
          PersonCommands.self,
          AuthorityCommands.self,
          KeyCommands.self,
        ]),
      CommandGroup(
        name: "Image",
        subcommands: [
          ImageCommand.self, DevicesCommand.self, AcquireCommand.self, ResumeCommand.self,
          AcquisitionCommands.self,
        ]),
      CommandGroup(
        name: "Verify", subcommands: [VerifyCommand.self, AuditCommands.self, ManifestCommands.self]),
      CommandGroup(name: "Report", subcommands: [ReportCommand.self, CertificateCommand.self]),
      CommandGroup(
        name: "Hand over",
        subcommands: [CustodyCommands.self, ExportCommand.self, ImportCommand.self, ProveCommand.self]),
      CommandGroup(
        name: "Images without a case",
        subcommands: [
          InfoCommand.self, ConvertCommand.self, RecoverCommand.self, DiscCommands.self, MakeISOCommand.self,
        ]),
      CommandGroup(name: "The archive", subcommands: [ArchiveCommands.self]),
      CommandGroup(name: "The laboratory", subcommands: [ValidateCommand.self]),
    ])

  package init() {}

  /// Runs the program with the arguments of the process and ends it.
  package static func runAndExit() -> Never {
    let typed = Array(Environment.arguments.dropFirst())
    Rendering.runAndExit(
      Suggestions.name(Self.self), asJSON: typed.contains("--json"),
      otherwise: { message(of: $0, for: typed) }, ended: CommandSession.end
    ) {
      guard !typed.isEmpty else { return Rendering.show(FirstScreen.lines) }
      let arguments = RenamedOptions.replaced(in: typed) { Rendering.warn($0) }
      var command = try parseAsRoot(arguments)
      CommandSession.begin(command)
      try command.run()
    }
  }

  /// What is said of an error of the parser, which may be a call for help.
  private static func message(of error: any Error, for typed: [String]) -> (String, Bool) {
    let arguments = RenamedOptions.replaced(in: typed) { _ in }
    let isMistake = exitCode(for: error) != .success
    // `help` of what does not exist shows the parser's help of something else.
    if isMistake || typed.first == "help", let sentence = Suggestions.sentence(for: arguments, of: Self.self)
    {
      return ("\(Suggestions.name(Self.self)): \(sentence)", true)
    }
    return (fullMessage(for: error), isMistake)
  }
}
