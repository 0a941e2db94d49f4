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
    help: "The key: a file or a PKCS#11 URI. Default: that of the case, or that of the profile.",
    completion: .file())
  var key: String?
  @Option(
    name: .customLong("case"),
    help: "The case folder. Default: EXHIBIT_CASE, or the case folder this is run in.")
  var folder: String?
  @OptionGroup var profile: ProfileOptions

  /// - Throws: `answerNeeded` where no key is meant.
  func name() throws(EvidenceError) -> String {
    if let key { return key }
    if let folder { return try CaseFolder.locate(named: folder).examinerKey.string }
    if let folder = try? CaseFolder.locate(named: nil) { return folder.examinerKey.string }
    guard let key = try profile.defaults().profile.text(.key) else {
      throw EvidenceError(.answerNeeded, "--key", "neither a case nor a profile names one")
    }
    return key
  }
}

struct KeyUnlockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Keep the passphrase of a key in the kernel for a while.",
    discussion: """
      The kernel keeps it in memory for the login session, never on a disk, and forgets it when the time is over. Until
      then no command asks for it. Every program of yours in that session could read it: lock it when you leave.

      Examples:
        exhibit key unlock --minutes 60
        exhibit key lock
      """)

  @OptionGroup var options: UnlockedKeyOptions
  @Option(help: "How long, 1 to 480 minutes. Default: that of the profile, or 15.") var minutes: Int?
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
        .argumentInvalid, "key \(name)", "it has no passphrase, so that there is nothing to unlock")
    }
    try kept.keep(passphrase, minutes: UInt32(minutes))
    output.show(
      ["Unlocked for \(minutes) minutes: \(name)"],
      json: .fields(["key": .string(name), "minutes": JSONValue(minutes)]))
  }
}

struct KeyLockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Have the kernel forget the passphrase of a key.",
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
      [wasKept ? "Locked: \(name)" : "It was not unlocked: \(name)"],
      json: .fields(["key": .string(name), "wasUnlocked": .bool(wasKept)]))
  }
}
