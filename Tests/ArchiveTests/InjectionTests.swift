import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Bit rot at random in many small images of every format and structure: all of it is found, nothing else is, and it is where it
/// is said to be. `Injection/inject.py` makes the images, damages them, and knows what must come of it.
@Suite(
  .enabled(
    if: [
      "ewfacquire", "ewfexport", "dc3dd", "dcfldd", "hashdeep", "par2", "rhash", "affconvert", "qemu-img",
      "genisoimage",
      "chdman",
    ].allSatisfy { Tool.exists($0) },
    "needs ewf-tools, dc3dd, dcfldd, hashdeep, par2, rhash, afflib-tools, qemu-utils, genisoimage, mame-tools"
  ))
struct InjectionTests {
  private static let isComplete = ProcessInfo.processInfo.environment["EXHIBIT_FAULTS"] == "all"
  private static let tests = FilePath(#filePath).removingLastComponent()
  private static let document = tests.removingLastComponent().removingLastComponent()
    .appending("Docs/validation/archive-injection.md")
  private static let (count, seed) = isComplete ? (1000, 21) : (34, 1)

  @Test(.timeLimit(.minutes(120))) func rotIsFoundAndLocated() throws {
    let folder = try TemporaryFolder()
    let table = folder.appending("table")
    let result = try Tool.run(
      "python3",
      [
        Self.tests.appending("Injection/inject.py").string, "\(try Programs.folder())/exhibit", "--count",
        "\(Self.count)", "--seed", "\(Self.seed)", "--table", table.string,
      ])
    #expect(result.status == 0, "\(result.output)\n\(result.errors)")
    guard result.status == 0, Self.isComplete, Self.updates else { return }
    let day = Date.now.formatted(.iso8601.year().month().day())
    let text =
      Self.beginning.replacing("DAY", with: day) + (try String(contentsOfFile: table.string, encoding: .utf8))
    try Data(text.utf8).write(to: URL(fileURLWithPath: Self.document.string))
  }

  private static let updates = ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] != nil

  /// The document is of 1,000 images, of which none was missed, and its columns say so.
  @Test(.disabled(if: isComplete && updates, "it is being written")) func theDocumentTellsOfNothingMissed()
    throws
  {
    let text = try String(contentsOfFile: Self.document.string, encoding: .utf8)
    let table = text.split(separator: "\n").drop { !$0.hasPrefix("| structure ") }
    let rows = table.filter { $0.hasPrefix("| ") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let names = try #require(rows.first)
    #expect(rows.last?.first == "all" && rows.count > 15)
    for row in rows.dropFirst() {
      let cells = Dictionary(uniqueKeysWithValues: zip(names, row))
      func number(_ name: String) throws -> Int { try #require(cells[name].flatMap { Int($0) }, "\(name)") }
      #expect(try number("false alarms") == 0)
      #expect(try number("told") == number("side-car rotten"))
      #expect(try number("damaged") == number("found") + number("nothing covers it"))
      #expect(try number("exact") == number("located"))
      #expect(
        try number("images") == number("left alone") + number("side-car rotten") + number("damaged"))
      if row.first == "all" { #expect(try number("images") == 1000) }
    }
  }

  private static let beginning = """
    # Bit rot at random in 1,000 images

    Of DAY, by `Tests/ArchiveTests/Injection/inject.py EXHIBIT --count 1000 --seed 21`, which `EXHIBIT_UPDATE_DOCS=1 Tests/run --all --filter InjectionTests` runs; not edited by hand. A smaller table runs with the other tests.

    `Tests/ArchiveTests/Injection/inject.py` makes small images of every structure that an archive holds, with the programs that make them, has `exhibit archive verify` verify all of them twice, damages three of four, each once, with its times left as they were, and has them verified again. What must be found, and where, it works out from the files before and after, with parsers of its own for E01 and CHD; of bytes that no chunk holds, libewf and chdman decide whether anything differs.

    Damage: a bit, a sector of noise, 4096 zeros, a file cut at any byte, a segment deleted, two segments exchanged.

    | column | meaning |
    | --- | --- |
    | left alone, false alarms | not damaged; of these, not verified, or with a failure |
    | side-car rotten, told | a bit in a list or log beside the image; the image must be verified, and the rot be told |
    | nothing covers it | a bit that no hash value and no checksum covers, and that changes neither contents nor description for libewf or chdman: verified. Below the table, by what it is in |
    | found | not verified |
    | located | of the found: those where the structure has parts smaller than the file. For the others, a finding must name the file |
    | exact | the sectors that are named are those of the damaged parts, and no others |

    Parts are: pieces of a list or log (hashdeep, dcfldd, dc3dd, PAR2), pieces of 1 MiB that the first verification leaves of a raw image above 1 MiB, chunks of an E01, hunks of a CHD, sectors of a disc with their EDC and parity, chunks of the record of an acquisition, and what a file that was cut lacks.


    """
}
