import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Profiles
import Rendering
import Signing
import StrictTOML
import SystemIO
import SystemPackage

struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Set defaults for all cases: laboratory, key, naming, formats, reports.",
    discussion: """
      Without options it prompts. `exhibit setup show` shows the settings in effect, and where they are set.

      Examples:
        exhibit setup
        exhibit setup --set examiner.name="A. Examiner" \\
          --set report.formats=html,pdf --new-key
        exhibit setup show
      """,
    subcommands: [SetupMakeCommand.self, SetupShowCommand.self], defaultSubcommand: SetupMakeCommand.self)
}

struct SetupMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Write the profile (default).",
    discussion: """
      Writes ~/.config/exhibit/profile.toml; the previous profile is kept as profile.toml~. Settings:
      \(ProfileKey.allCases.map { "  \($0.rawValue.padded(to: 26)) \($0.meaning)" }.joined(separator: "\n"))

      Examples:
        exhibit setup
        exhibit setup --set cases.case={year}-{number:4} \\
          --set acquisition.formats=e01,raw
        exhibit setup --system --set laboratory.organisation="Digital Laboratory"
      """)

  @Option(
    help: ArgumentHelp(
      "Set a value without a prompt. May be given more than once.", valueName: "setting=value"))
  var set: [String] = []
  @Option(help: ArgumentHelp("Remove a setting. May be given more than once.", valueName: "setting"))
  var unset: [String] = []
  @Flag(help: "Create a signing key and certificate for all cases, beside the profile.")
  var newKey = false
  @Flag(help: "Write /etc/exhibit/profile.toml, for all users of this machine.") var system = false
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let file = try profile.place(forAll: system)
    var settings = try ProfileFiles.read(file) ?? LaboratoryProfile()
    var makesKey = newKey
    if set.isEmpty, unset.isEmpty, !newKey {
      makesKey = try SetupQuestions.ask(&settings, file: file)
    } else {
      try takeOptions(&settings, file)
    }
    var certificate: Certificate?
    if makesKey { certificate = try makeKey(&settings, beside: file) }
    try ProfileFiles.write(
      settings,
      comment:
        "Profile of Exhibit. `exhibit setup show` shows the settings in effect, and where they are set.",
      to: file, forAll: system)
    var lines = ["Profile written to \(file)"]
    if let certificate {
      lines += [
        "  signing certificate  \(settings.text(.certificate) ?? "")",
        "  fingerprint          \(certificate.fingerprint) (SHA-256)",
        "Note the fingerprint on paper: third parties verify against this.",
      ]
    }
    output.show(
      lines,
      json: .fields([
        "profile": .string(file.string), "fingerprint": certificate.map { .string($0.fingerprint.hex) },
      ]))
  }

  private func takeOptions(_ settings: inout LaboratoryProfile, _ file: FilePath) throws(EvidenceError) {
    for name in unset { try settings.set(try Self.key(name, "--unset"), nil, file: file) }
    for text in set {
      guard let equals = text.firstIndex(of: "=") else {
        throw EvidenceError(.argumentInvalid, "--set \(text)", "a setting, = and its value")
      }
      let key = try Self.key(String(text[..<equals]), "--set")
      try settings.set(key, key.value(typed: String(text[equals...].dropFirst())), file: file)
    }
  }

  private static func key(_ name: String, _ option: String) throws(EvidenceError) -> ProfileKey {
    guard let key = ProfileKey(rawValue: name) else {
      let all = ProfileKey.allCases.map(\.rawValue).joined(separator: ", ")
      throw EvidenceError(.argumentInvalid, "\(option) \(name)", "one of \(all)")
    }
    return key
  }

  private func makeKey(_ settings: inout LaboratoryProfile, beside file: FilePath) throws(EvidenceError)
    -> Certificate
  {
    guard let examiner = settings.text(.examiner) else {
      throw EvidenceError(.answerNeeded, "--set \(ProfileKey.examiner.rawValue)=NAME", "a key needs an owner")
    }
    let organisation = settings.text(.organisation)
    let folder = file.removingLastComponent()
    let resolved =
      folder.isAbsolute ? folder : try Syscalls.resolve(".").orThrow(.writeFailed, ".").pushing(folder)
    let files = KeyFolder(resolved.appending("examiner"))
    let passphrase = try newPassphrase.read(passphrase, names: [examiner, organisation])
    try ProfileFiles.makeFolder(of: file, forAll: system)
    let certificate = try files.create(
      .ecdsaP256, name: examiner, organisation: organisation, isRoot: false, years: 10,
      protection: .passphrase(passphrase))
    try settings.set(.key, .string(files.key.string), file: file)
    try settings.set(.certificate, .string(files.certificate.string), file: file)
    return certificate
  }
}

struct SetupShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show every setting in effect, and where it is set.",
    discussion: """
      Example:
        exhibit setup show
      """)

  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let settings = try profile.defaults().profile
    var lines = settings.files.isEmpty ? ["No profile found; create one with `exhibit setup`."] : []
    var json: [String: JSONValue] = [:]
    for key in ProfileKey.allCases {
      guard let setting = settings.settings[key] else { continue }
      lines.append("\(key.rawValue.padded(to: 26)) \(key.typed(setting.value))")
      lines.append("  \(setting.file):\(setting.line)")
      json[key.rawValue] = .fields([
        "value": setting.value.json, "file": .string(setting.file.string), "line": JSONValue(setting.line),
      ])
    }
    output.show(
      lines,
      json: .fields(["files": .array(settings.files.map { .string($0.string) }), "settings": .object(json)]))
  }
}
