import ArgumentParser
import EvidenceTestKit
import ExhibitCommands
import Foundation
import SystemPackage
import Testing

/// The documents of the project, held to the program as it is.
@Suite struct DocumentTests {
  @Test func thereAreDocuments() {
    #expect(ProjectDocument.all.count > 60)
    #expect(ProjectDocument.all.flatMap(\.commands).count > 40)
  }

  @Test(arguments: ProjectDocument.all)
  func linksLeadToFiles(document: ProjectDocument) {
    for link in document.links {
      let target = document.url.deletingLastPathComponent().appending(path: link)
      #expect(FileManager.default.fileExists(atPath: target.path), "\(document.path): \(link)")
    }
  }

  /// Commands in blocks are complete: they parse.
  @Test(arguments: ProjectDocument.all.filter { !$0.commands.isEmpty })
  func commandsParse(document: ProjectDocument) {
    for command in document.commands {
      let arguments = Array(ShellWords.split(command).dropFirst())
      do { _ = try ExhibitProgram.parseAsRoot(arguments) } catch {
        Issue.record("\(document.path): \(command): \(ExhibitProgram.message(for: error))")
      }
    }
  }

  @Test func aCommandThatDoesNotExistIsFound() {
    #expect(throws: (any Error).self) {
      try ExhibitProgram.parseAsRoot(["acquire", "x", "--item", "1", "--no"])
    }
    let text = """
      ```sh
      sudo exhibit acquire a \\
        --item 1 || echo "no"
      exhibit-verify x
      $ exhibit verify; echo $?
      ```
      exhibit is prose
      """
    #expect(
      ProjectDocument(path: "x.md", text: text).commands == [
        "exhibit acquire a    --item 1", "exhibit verify",
      ])
    #expect(ShellWords.split("a 'b c' \"d e\" f=\"g h\"") == ["a", "b c", "d e", "f=g h"])
  }

  /// What a guide tells its reader to type, typed in one go.
  @Test(arguments: [
    "README.md", "Docs/guides/quick-start.md", "Docs/guides/laboratory-root.md",
    "Docs/guides/training-exercise.md",
  ])
  func whatToTypeRuns(path name: String) throws {
    let needed = ["mkfs.vfat", "mcopy", "openssl", "ewfverify"].filter { !Tool.exists($0) }
    try #require(needed.isEmpty, "not installed: \(needed)")
    let folder = try TemporaryFolder()
    let document = try #require(ProjectDocument.all.first { $0.path == name })
    let script = document.blocks(of: "sh").joined(separator: "\n").replacing(
      "/tmp/", with: folder.path.string + "/"
    ).replacing("$PWD/.build/release", with: try Programs.folder())
    try #require(!script.isEmpty)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let result = try Tool.run(
      "bash", ["-euo", "pipefail", "-c", script], in: FilePath(ProjectDocument.root.path),
      environment: [
        "PATH": "\(try Programs.folder()):\(path):/usr/sbin:/sbin", "LC_ALL": "C", "HOME": folder.path.string,
        "PROJECT": ProjectDocument.root.path, "EXHIBIT_CASE": "", "EXHIBIT_PROFILE": "none",
      ])
    #expect(result.status == 0, "\(result.output)\n\(result.errors)")
    for expected in Self.outcomes[name] ?? [] {
      #expect(result.output.contains(expected), "\(result.output)")
    }
  }

  private static let outcomes = [
    "README.md": ["Verified: all recorded values match.", "No gaps found.", "001.manifest.json.p7s: OK"],
    "Docs/guides/quick-start.md": ["Verified: all recorded values match.", "No gaps found."],
    "Docs/guides/laboratory-root.md": ["examiner.pem: OK", "whose certificate is trusted"],
    "Docs/guides/training-exercise.md": [
      "001.raw: OK", "file.sums-mismatch", "digest.chunk-mismatch  001.raw", "sectors 4096-6143",
      "exit status 5",
      "custody.seal-mismatch", "ewfverify: SUCCESS",
    ],
  ]
}
