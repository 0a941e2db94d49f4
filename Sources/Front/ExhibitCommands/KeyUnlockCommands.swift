import ArgumentParser
import CanonicalJSON
import CaseFolders
import Evidence
import Profiles
import Rendering
import SystemPackage

/// Which key is unlocked or locked.
struct UnlockedKeyOptions: ParsableArguments {
  @Option(
    help: "The key: a file or a PKCS#11 URI. Default: the case's key, or the profile's.",
    completion: .file())
  var key: String?
  @Option(
    name: .customLong("case"),
    help: "The case folder. Default: EXHIBIT_CASE, or the case folder you are in.")
  var folder: String?
  @OptionGroup var profile: ProfileOptions

  /// - Throws: `answerNeeded` where no key is meant.
  func name() throws(EvidenceError) -> String {
    if let key { return key }
    if let folder { return try CaseFolder.locate(named: folder).examinerKey.string }
    if let folder = try? CaseFolder.locate(named: nil) { return folder.examinerKey.string }
    guard let key = try profile.defaults().profile.text(.key) else {
      throw EvidenceError(.answerNeeded, "--key", "no case or profile names one")
    }
    return key
  }
}

struct KeyUnlockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Keep the passphrase of a key in kernel memory for a limited time.",
    discussion: """
      The kernel keeps it in memory for the login session, never on disk, until the time is up. Until then no command
      prompts for it. Any program you run in that session could read it: lock it when you leave.

      Examples:
        exhibit key unlock --minutes 60
        exhibit key lock
      """)

  @OptionGroup var options: UnlockedKeyOptions
  @Option(help: "Time to keep it: 1 to 480 minutes. Default: from the profile, or 15.") var minutes: Int?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let name = try options.name()
    let usual = try options.profile.defaults().profile.number(.keepPassphrase) ?? 15
    let minutes = minutes ?? max(1, usual)
    guard (1...ProfileKey.longestKeep).contains(minutes) else {
      throw EvidenceError(.argumentInvalid, "--minutes \(minutes)", "1 to \(ProfileKey.longestKeep)")
    }
    let kept = KeptPassphrase(keyFile: try SigningFiles.bytes(ofKeyNamed: name))
    // Asked for anew: who unlocks shows that they know it.
    _ = kept.forget()
    guard let passphrase = try Passphrases.opening(key: name, file: passphrase.passphraseFile) else {
      throw EvidenceError(
        .argumentInvalid, "key \(name)", "it has no passphrase to unlock")
    }
    try kept.keep(passphrase, minutes: UInt32(minutes))
    output.show(
      ["Unlocked for \(minutes) minutes: \(name)"],
      json: .fields(["key": .string(name), "minutes": JSONValue(minutes)]))
  }
}

struct KeyLockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Remove the passphrase of a key from kernel memory.",
    discussion: """
      Example:
        exhibit key lock
      """)

  @OptionGroup var options: UnlockedKeyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let name = try options.name()
    let wasKept = KeptPassphrase(keyFile: try SigningFiles.bytes(ofKeyNamed: name)).forget()
    output.show(
      [wasKept ? "Locked: \(name)" : "Was not unlocked: \(name)"],
      json: .fields(["key": .string(name), "wasUnlocked": .bool(wasKept)]))
  }
}
