import Evidence
import EvidenceTestKit
import Profiles
import StrictTOML
import SystemIO
import SystemPackage
import Testing

@Suite struct ProfileTests {
  private static func profile(_ text: String) throws(EvidenceError) -> LaboratoryProfile {
    try LaboratoryProfile(parsing: Array(text.utf8), file: "/p.toml")
  }

  static let refused: [(String, String)] = [
    ("[examiner]\nname = \"\"", "line 2: name is 1 to 64 bytes"),
    ("[examiner]\nnam = \"A\"", "line 2: .* no key nam; its keys are name,"),
    ("[person]\nname = \"A\"", "line 2: no table is called person"),
    ("name = \"A\"", "line 1: name stands in no table"),
    ("[examiner]\nname = 1", "line 2: name is a text in quotes"),
    ("[examiner]\nkey = \"lab.key\"", "begins with /"),
    ("[examiner]\nkeep-passphrase = 481", "0 to 480"),
    ("[examiner]\nkeep-passphrase = \"15\"", "without quotes"),
    ("[cases]\ncase = \"{year}\"", "one \\{number"), ("[cases]\ncase = \"{number:4}/{year}\"", "a name"),
    (
      "[cases]\nitem = \"{number:3}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
      "item number"
    ), ("[acquisition]\nformats = \"e01\"", "a list"),
    ("[acquisition]\nformats = [\"e02\"]", "e01"),
    ("[acquisition]\nformats = [\"e01\", \"e01\"]", "at most once"),
    ("[timestamps]\nauthority = \"https://t\"", "http://"), ("[report]\nlanguage = \"fr\"", "en, de"),
    ("[report]\nlanguage = \"en\"\nlanguage = \"de\"", "line 3: language stands here twice"),
  ]

  @Test(arguments: refused)
  func whatIsWrongIsRefusedWithItsLine(text: String, reason: String) throws {
    let error = #expect(throws: EvidenceError.self) { try Self.profile(text) }
    #expect(error?.code == .profileMalformed)
    #expect(try error?.detail.contains(Regex(reason)) == true, "\(error?.detail ?? "")")
  }

  @Test func theUsersStandsOverTheMachines() throws {
    var profile = try Self.profile("[laboratory]\norganisation = \"L\"\n[report]\nlanguage = \"en\"")
    profile.take(try LaboratoryProfile(parsing: Array("[report]\nlanguage = \"de\"".utf8), file: "/u.toml"))
    #expect(profile.text(.organisation) == "L")
    #expect(profile.text(.reportLanguage) == "de")
    #expect(profile.settings[.reportLanguage]?.file == "/u.toml")
    #expect(profile.files == ["/p.toml", "/u.toml"])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    var profile = LaboratoryProfile()
    try profile.set(.organisation, .string("Lab \"A\" \\ ä"), file: "/p")
    try profile.set(.address, .string("Street 1\nTown"), file: "/p")
    try profile.set(.formats, .array([.string("e01"), .string("raw")]), file: "/p")
    try profile.set(.keepPassphrase, .integer(15), file: "/p")
    let read = try Self.profile(profile.toml(comment: "x"))
    #expect(read.settings.mapValues(\.value) == profile.settings.mapValues(\.value))
  }

  @Test func namesFollowTheirPattern() throws {
    let day = LocalTime(secondsSince1970: 1_792_000_000)
    let pattern = try #require(NamePattern("{year}-{number:4}"))
    #expect(pattern.name(7, on: day) == "\(day.year)-0007")
    #expect(pattern.next(after: [], on: day) == "\(day.year)-0001")
    let names = [
      "\(day.year)-0009", "\(day.year)-0010", "\(day.year - 1)-0400", "\(day.year)-x", "\(day.year)-",
      "notes",
    ]
    #expect(pattern.next(after: names, on: day) == "\(day.year)-0011")
    #expect(NamePattern("{number}x")?.next(after: ["9x", "12", "8y"], on: day) == "10x")
    for wrong in [
      "", "{year}", "{number}{number}", "{number:0}", "{number:10}", "{nummer}", "{number", "number}", "a{}b",
    ] {
      #expect(NamePattern(wrong) == nil, "\(wrong)")
    }
  }
}

/// Files that steer the program, as somebody else might leave them.
@Suite(.enabled(if: Host.isRoot, "files of other users need root")) struct TrustedFileTests {
  private func error(_ path: FilePath) -> EvidenceError? {
    #expect(throws: EvidenceError.self) { _ = try TrustedFile.contents(path, cap: 1 << 16) }
  }

  @Test func onlyOnesOwnIsFollowed() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("profile.toml")
    #expect(try TrustedFile.contents(file, cap: 100) == nil)
    try TestFiles.write(Array("[report]\n".utf8), to: file)
    #expect(try TrustedFile.contents(file, cap: 100) == Array("[report]\n".utf8))
    try Tool.require("chmod", ["666", file.string])
    #expect(error(file)?.detail == "others can write to it")
    try Tool.require("chmod", ["664", file.string])
    #expect(error(file)?.code == .fileNotTrusted)
    try Tool.require("chmod", ["644", file.string])
    try Tool.require("chown", ["65534", file.string])
    #expect(error(file)?.detail.contains("another user") == true)
  }

  @Test func whereALinkLeadsIsHeldToTheSame() throws {
    let folder = try TemporaryFolder()
    let (own, other, link) = (folder.appending("own"), folder.appending("other"), folder.appending("link"))
    for file in [own, other] { try TestFiles.write([0x23], to: file) }
    try Tool.require("chown", ["65534", other.string])
    try Tool.require("ln", ["-s", "own", link.string])
    #expect(try TrustedFile.contents(link, cap: 100) == [0x23])
    try Tool.require("ln", ["-sfn", "other", link.string])
    #expect(error(link)?.code == .fileNotTrusted)
    try Tool.require("ln", ["-sfn", "nowhere", link.string])
    #expect(error(link)?.detail.contains("nowhere") == true)
  }

  @Test func aFolderOthersWriteToIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    try Tool.require("mkdir", ["-p", folder.appending("a/b").string])
    let file = folder.appending("a/b/profile.toml")
    try TestFiles.write([0x23], to: file)
    try Tool.require("chmod", ["777", folder.appending("a").string])
    #expect(error(file)?.subject.hasSuffix("/a") == true)
    try Tool.require("chmod", ["755", folder.appending("a").string])
    try Tool.require("chown", ["65534", folder.appending("a/b").string])
    #expect(error(file)?.subject.hasSuffix("/b") == true)
  }

  @Test(.timeLimit(.minutes(10))) func nothingElseIsRead() throws {
    let folder = try TemporaryFolder()
    try Tool.require("mkfifo", ["-m", "600", folder.appending("pipe").string])
    #expect(error(folder.appending("pipe"))?.detail == "not a regular file")
    #expect(error(folder.path)?.detail == "not a regular file")
    #expect(error("/dev/zero")?.detail == "not a regular file")
    try Tool.require("truncate", ["-s", "10G", folder.appending("huge").string])
    #expect(error(folder.appending("huge"))?.code == .fileTooLarge)
  }
}
