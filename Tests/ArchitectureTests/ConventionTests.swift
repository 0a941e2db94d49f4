import Foundation
import Testing

/// `public` is for protocols of others that demand it; between our targets it is `package`.
private let publicDeclarations: [String: [String]] = [:]

@Suite struct ConventionTests {
  @Test func thereAreSources() {
    #expect(SourceTree.swiftFiles.count > 100)
    #expect(SourceTree.package.contains("swift-tools-version"))
  }

  @Test(arguments: SourceTree.files)
  func noFileIsLong(file: SourceTree.File) {
    #expect(file.lines.count <= 500, "past 500 lines it is two things")
  }

  /// Foundation is large, differs between systems, and hides what it does with files.
  @Test(arguments: SourceTree.swiftFiles)
  func noFoundation(file: SourceTree.File) {
    #expect(!file.imports.contains { $0.module.hasPrefix("Foundation") })
  }

  @Test(arguments: SourceTree.swiftFiles)
  func nothingIsPublic(file: SourceTree.File) {
    let found = file.lines.filter { line in
      let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
      return words.first == "public" || words.first == "open"
    }
    #expect(found == publicDeclarations[file.path] ?? [])
  }

  /// What the compiler is told to believe needs its reason beside it.
  @Test(arguments: SourceTree.swiftFiles)
  func everyUncheckedSendableSaysWhyItHolds(file: SourceTree.File) {
    for (number, line) in file.code where line.contains("@unchecked Sendable") {
      let comment = file.lines[..<(number - 1)].reversed().prefix { SourceTree.File.isComment($0) }.reversed()
      let text = comment.map { $0.drop { $0 == " " || $0 == "/" } }.joined(separator: " ")
      #expect(text.contains("`@unchecked Sendable` holds because"), "\(file.path):\(number)")
    }
  }

  @Test(arguments: SourceTree.swiftFiles)
  func nothingIsForcedOrLeftUndone(file: SourceTree.File) {
    let refused = ["try!", "as!", "unowned(unsafe)", "nonisolated(unsafe)", "TODO", "FIXME"]
    for (number, line) in file.lines.enumerated() {
      for word in refused { #expect(!line.contains(word), "\(file.path):\(number + 1)") }
    }
  }

  /// Whatever Exhibit writes itself goes through `DurableFile`: nothing else calls the operating system for it.
  @Test(arguments: SourceTree.swiftFiles)
  func filesAreWrittenInOnePlace(file: SourceTree.File) {
    guard file.target != "SystemIO" else { return }
    for (number, line) in file.code {
      for call in ["fopen(", "pwrite(", "ftruncate(", "FileDescriptor.open("] {
        #expect(!line.contains(call), "\(file.path):\(number)")
      }
    }
  }

  /// Commands past the block layer go through one gate.
  @Test(arguments: SourceTree.swiftFiles)
  func devicesAreCommandedInOnePlace(file: SourceTree.File) {
    let places = [
      "scsiReceive(": [
        "Sources/Base/SystemIO/PassThrough.swift", "Sources/Media/Media/Devices/Commands/CommandGate.swift",
      ],
      "nvmeReceive(": [
        "Sources/Base/SystemIO/PassThrough.swift", "Sources/Media/Media/Devices/Commands/CommandGate.swift",
      ],
      "clinux_scsi_": ["Sources/Base/SystemIO/PassThrough.swift"],
      "clinux_nvme_": ["Sources/Base/SystemIO/PassThrough.swift"],
    ]
    for (number, line) in file.code {
      for (call, allowed) in places where line.contains(call) {
        #expect(allowed.contains(file.path), "\(file.path):\(number)")
      }
    }
  }

  /// What differs between formats is said by the format, its reader or its writer: nobody else asks which one an image
  /// has, so that a format more is a folder and a line in a list.
  @Test(arguments: SourceTree.swiftFiles)
  func nobodyAsksWhichFormat(file: SourceTree.File) {
    let parts = file.path.split(separator: "/")
    // The folders of formats, and the checks that `exhibit validate` makes of two of them.
    let isOwn = file.layer == "Formats" && parts.count > 4
    guard !isOwn, file.target != "Validation" else { return }
    let names = "e01|raw|iso|cue|toc|tracks|discDescription"
    let comparison = try? Regex(
      "(format|[iI]d|Format)\\b\\)?\\s*[!=]= *\\.?(FormatID\\.)?(\\.)?(\(names))\\b")
    let branch = try? Regex("case \\.(e01|iso|cue|toc|discDescription)\\b")
    for (number, line) in file.code {
      for pattern in [comparison, branch].compactMap(\.self) {
        #expect(line.firstMatch(of: pattern) == nil, "\(file.path):\(number)")
      }
    }
  }
}
