import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import SystemPackage

struct PersonCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "person", abstract: "Add and list the people of a case.",
    subcommands: [PersonAddCommand.self, PersonListCommand.self])
}

struct PersonAddCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a person, or update a known person's qualifications and certificate.",
    discussion: """
      Example:
        exhibit person add --case 2026-0142 --name "Officer on duty" \\
          --role officer --identifier B-117 --certificate officer.pem
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Name.") var name: String
  @Option(help: "Examiner, officer, courier, supervisor …") var role: String?
  @Option(help: "The laboratory or authority.") var organisation: String?
  @Option(help: "Badge, staff or licence number.") var identifier: String?
  @Option(help: "Reference to training records or licences.") var qualifications: String?
  @Option(help: "The person's signing certificate, PEM or DER.", completion: .file()) var certificate: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    var entry = People.Entry(name: try required(name, "--name"))
    entry.role = role
    entry.organisation = organisation
    entry.identifier = identifier
    entry.qualifications = qualifications
    entry.certificate = certificate.map { FilePath($0) }
    let person = try People.add(entry, to: try caseOptions.folder())
    var lines = ["\(person.name) is recorded in the case."]
    if let fingerprint = person.fingerprint { lines.append("  certificate  \(fingerprint) (SHA-256)") }
    output.show(lines, json: person.json)
  }
}

struct PersonListCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the people of a case.",
    discussion: """
      Example:
        exhibit person list --case 2026-0142
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let people = try People.list(in: try caseOptions.folder())
    output.show(
      TextTable.lines(
        ["name", "role", "organisation", "identifier", "qualifications", "certificate (SHA-256)"],
        people.map {
          [
            $0.name, $0.role ?? "", $0.organisation ?? "", $0.identifier ?? "", $0.qualifications ?? "",
            $0.fingerprint?.hex ?? "",
          ].map(HumanText.singleLine)
        }), json: .fields(["people": .array(people.map(\.json))]))
  }
}
