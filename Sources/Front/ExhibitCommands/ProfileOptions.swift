import ArgumentParser
import Casework
import Manifests
import Evidence
import Profiles
import Rendering
import SystemIO
import SystemPackage

/// `--profile`: where defaults come from.
struct ProfileOptions: ParsableArguments {
  @Option(
    help: """
      A profile of defaults, see `exhibit setup`; `none` for none. Default: the file named by EXHIBIT_PROFILE, or \
      /etc/exhibit/profile.toml and over it ~/.config/exhibit/profile.toml.
      """, completion: .file())
  var profile: String?

  /// What `--profile` of this process named, for what asks later.
  private static let named = Monitor<String?>(nil)

  /// The profile that holds for this process.
  static func current() throws(EvidenceError) -> LaboratoryProfile {
    try ProfileFiles.profile(named: named.withLock { $0 })
  }

  /// The devices of the laboratory.
  /// - Throws: `fileNotTrusted`, `profileMalformed`.
  func equipment() throws(EvidenceError) -> EquipmentRegister { try ProfileFiles.equipment(named: profile) }

  /// The profile that is written.
  func place(forAll: Bool) throws(EvidenceError) -> FilePath {
    if forAll { return ProfileFiles.system }
    let named = profile ?? Environment.value(ProfileFiles.variable)
    guard named != ProfileFiles.none else {
      throw EvidenceError(.argumentInvalid, "--profile \(ProfileFiles.none)", "name a file to write")
    }
    guard let file = named.map({ FilePath($0) }) ?? ProfileFiles.user else {
      throw EvidenceError(.answerNeeded, "--profile FILE", "HOME is not set")
    }
    return file
  }

  /// - Throws: `fileMissing`, `fileNotTrusted`, `profileMalformed`.
  func defaults() throws(EvidenceError) -> ProfileDefaults {
    Self.named.withLock { $0 = profile }
    return ProfileDefaults(try Self.current())
  }
}

/// What a command takes from the profile where nothing was typed. What it takes is recorded as if it had been typed.
struct ProfileDefaults {
  let profile: LaboratoryProfile

  init(_ profile: LaboratoryProfile) { self.profile = profile }

  /// - Parameters:
  ///   - typed: what was given on the command line.
  ///   - option: as it would have been typed.
  func text(_ typed: String?, _ key: ProfileKey, _ option: String) -> String? {
    if let typed { return typed }
    guard let text = profile.text(key) else { return nil }
    CommandSession.took([option, text])
    return text
  }

  /// A text that is needed.
  /// - Throws: `answerNeeded`.
  func needed(_ typed: String?, _ key: ProfileKey, _ option: String) throws(EvidenceError) -> String {
    guard let text = text(typed, key, option) else {
      throw EvidenceError(.answerNeeded, option, "the profile has no \(key.rawValue) either")
    }
    return text
  }

  /// An option that may be given several times.
  func texts(_ typed: [String], _ key: ProfileKey, _ option: String) -> [String] {
    guard typed.isEmpty else { return typed }
    let texts = profile.texts(key)
    for text in texts { CommandSession.took([option, text]) }
    return texts
  }

  /// A switch, which a profile sets by `yes`.
  func flag(_ typed: Bool?, _ key: ProfileKey, _ option: String) -> Bool {
    if let typed { return typed }
    guard profile.text(key) == ProfileKey.yes else { return false }
    CommandSession.took([option])
    return true
  }

  /// An option whose values stand behind one another with commas.
  func list(_ typed: String?, _ key: ProfileKey, _ option: String, otherwise: String) -> String {
    if let typed { return typed }
    let texts = profile.texts(key)
    guard !texts.isEmpty else { return otherwise }
    let list = texts.joined(separator: ",")
    CommandSession.took([option, list])
    return list
  }
}

/// The time-stamp authority of a laboratory, which stamps each checkpoint of the audit log where it is set.
enum AuthoritySetting {
  static let variable = "EXHIBIT_AUTHORITY"

  /// - Parameter option: what a command was given.
  /// - Returns: `nil` where neither the option nor the variable nor the profile names one.
  /// - Throws: `argumentInvalid` for what is not an address.
  static func authority(_ option: String? = nil) throws(EvidenceError) -> TimestampAuthority? {
    if let text = option ?? Environment.value(variable) { return TimestampAuthority(try HTTPAddress(text)) }
    guard let text = try ProfileOptions.current().text(.authority) else { return nil }
    return TimestampAuthority(try HTTPAddress(text))
  }
}
