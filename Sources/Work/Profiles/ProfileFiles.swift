import Evidence
import StrictTOML
import SystemIO
import SystemPackage

/// Where profiles lie.
package enum ProfileFiles {
  package static let variable = "EXHIBIT_PROFILE"
  /// In place of a file: without a profile.
  package static let none = "none"
  /// Of the machine.
  package static let system: FilePath = "/etc/exhibit/profile.toml"

  /// Of the user: below `XDG_CONFIG_HOME`, or `.config` at home; `nil` for somebody without a home.
  package static var user: FilePath? {
    for (name, inner) in [("XDG_CONFIG_HOME", ""), ("HOME", ".config")] {
      // The specification has what is not absolute passed over.
      if let folder = Environment.value(name), folder.hasPrefix("/") {
        return FilePath(folder).appending(inner).appending("exhibit").appending("profile.toml")
      }
    }
    return nil
  }

  /// What holds: the file that is named, by the caller or by `EXHIBIT_PROFILE`, alone; or else that of the machine, and
  /// over it that of the user, as far as they are there.
  /// - Throws: `fileMissing` for a file that is named, `fileNotTrusted`, `profileMalformed` …
  package static func profile(named name: String? = nil) throws(EvidenceError) -> LaboratoryProfile {
    if let name = name ?? Environment.value(variable) {
      guard name != none else { return LaboratoryProfile() }
      guard let profile = try read(FilePath(name)) else { throw EvidenceError(.fileMissing, name) }
      return profile
    }
    var profile = LaboratoryProfile()
    for path in [system, user].compactMap({ $0 }) {
      if let read = try read(path) { profile.take(read) }
    }
    return profile
  }

  /// `nil` where no file is there.
  package static func read(_ path: FilePath) throws(EvidenceError) -> LaboratoryProfile? {
    guard let bytes = try TrustedFile.contents(path, cap: TOMLDocument.largest) else { return nil }
    return try LaboratoryProfile(parsing: bytes, file: path)
  }

  /// Writes a profile; an earlier one stays beside it as `profile.toml~`. Folders that are missing are made.
  /// - Throws: `permissionDenied`, `writeFailed` …
  package static func write(_ profile: LaboratoryProfile, comment: String, to path: FilePath, forAll: Bool)
    throws(EvidenceError)
  {
    try write(profile.toml(comment: comment), to: path, forAll: forAll)
  }

  private static func write(_ text: String, to path: FilePath, forAll: Bool) throws(EvidenceError) {
    let folder = path.removingLastComponent()
    try makeFolder(of: path, forAll: forAll)
    if Files.exists(path) {
      _ = try Syscalls.rename(path, to: FilePath(path.string + "~")).orThrow(.writeFailed, path.string)
    }
    try DurableFile.write(Array(text.utf8), to: path, mode: forAll ? 0o644 : 0o600)
    try DurableFolder.sync(folder.isEmpty ? "." : folder)
  }

  // MARK: Equipment

  /// The register that lies beside a profile.
  package static func register(beside profile: FilePath) -> FilePath {
    profile.removingLastComponent().appending(EquipmentRegister.fileName)
  }

  /// What the registers beside the profiles that hold say.
  /// - Throws: `fileNotTrusted`, `profileMalformed` …
  package static func equipment(named name: String? = nil) throws(EvidenceError) -> EquipmentRegister {
    let named = name ?? Environment.value(variable)
    guard named != none else { return EquipmentRegister() }
    var register = EquipmentRegister()
    for path in named.map({ [FilePath($0)] }) ?? [system, user].compactMap({ $0 }) {
      if let read = try readRegister(Self.register(beside: path)) { register.take(read) }
    }
    return register
  }

  /// `nil` where no file is there.
  package static func readRegister(_ path: FilePath) throws(EvidenceError) -> EquipmentRegister? {
    guard let bytes = try TrustedFile.contents(path, cap: TOMLDocument.largest) else { return nil }
    return try EquipmentRegister(parsing: bytes, file: path)
  }

  /// Writes a register; an earlier one stays beside it as `equipment.toml~`.
  /// - Throws: `permissionDenied`, `writeFailed` …
  package static func write(
    _ register: EquipmentRegister, comment: String, to path: FilePath, forAll: Bool
  ) throws(EvidenceError) {
    try write(register.toml(comment: comment), to: path, forAll: forAll)
  }

  /// Makes what is missing above a profile.
  package static func makeFolder(of path: FilePath, forAll: Bool) throws(EvidenceError) {
    try makeFolders(path.removingLastComponent(), mode: forAll ? 0o755 : 0o700)
  }

  private static func makeFolders(_ folder: FilePath, mode: UInt32) throws(EvidenceError) {
    guard !folder.isEmpty, !Files.exists(folder) else { return }
    try makeFolders(folder.removingLastComponent(), mode: mode)
    try DurableFolder.create(folder, mode: mode)
  }
}
