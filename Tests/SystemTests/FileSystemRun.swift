import EvidenceTestKit
import Foundation
import SystemPackage

/// What is done on each file system: every command that writes evidence or a record, by a shell that any system has.
enum FileSystemRun {
  /// Columns of the table, in the order in which they are done.
  static let steps = [
    "case create", "acquire", "resume", "verify", "convert", "recover", "report", "prove", "export", "import",
    "case export", "case import", "case backup", "names",
  ]

  /// Prints a line `STEP=STATUS` for each step, and what was said where one failed.
  /// - Parameters:
  ///   - place: an empty folder on the file system.
  ///   - faults: the library that kills the program at a call.
  static func script(in place: String, faults: String) -> String {
    """
    cd '\(place)'
    head -c 17039360 /dev/urandom > /tmp/medium-$$.img
    step() {
      name=$1; shift
      "$@" > /tmp/said.$$ 2>&1
      status=$?
      echo "$name=$status"
      [ $status = 0 ] || tail -n 3 /tmp/said.$$
    }
    create() { exhibit case create "$1" --number 1 --title T --examiner E --unencrypted-key; }
    item() { exhibit item add --case case --number "$1" --description d; }
    step 'case create' create case
    for number in 001 CON ABC abc; do item $number > /dev/null; done
    step acquire exhibit acquire /tmp/medium-$$.img --case case --item 001 --format raw --format e01
    cmp case/evidence/001/001.raw /tmp/medium-$$.img || echo 'acquire=differs'
    EXHIBIT_FAULT='kill 2 fsync *001-2.journal-next' LD_PRELOAD='\(faults)' exhibit acquire /tmp/medium-$$.img \\
      --case case --item 001 --format raw --checkpoint-interval 0 > /dev/null 2>&1
    [ -d case/evidence/001-2.partial ] || echo 'resume=nothing was interrupted'
    step resume exhibit resume --case case --item 001
    cmp case/evidence/001-2/001-2.raw /tmp/medium-$$.img || echo 'resume=differs'
    step verify exhibit verify case
    step convert exhibit convert case/evidence/001/001.E01 copy.raw
    cmp copy.raw /tmp/medium-$$.img || echo 'convert=differs'
    step recover exhibit recover case/evidence/001/001.E01 --output recovered.raw
    step report exhibit report --case case --format html
    step prove exhibit prove --case case --item 001 --sectors 1 --output proof
    step export exhibit export --case case --item 001 --output bag
    create other > /dev/null
    step import exhibit import bag --case other --trust bag/data/certificates/examiner.pem
    step 'case export' exhibit case export --case case --output case.tar
    step 'case import' exhibit case import case.tar moved
    step 'case backup' exhibit case backup --case case
    names() {
      for number in CON ABC abc; do
        exhibit acquire /tmp/medium-$$.img --case case --item $number --format raw || return
      done
      exhibit verify case && [ -d case/evidence/item-CON ] && [ -d case/evidence/ABC ] && [ -d case/evidence/abc-2 ]
    }
    step names names
    ls -a . | grep partial && echo 'left=partial'
    rm -f /tmp/medium-$$.img /tmp/said.$$
    true
    """
  }
}

/// One row: what came of each step.
struct FileSystemRow: Sendable {
  let name: String
  /// Step and status; 0 where it did what it must.
  private(set) var results: [(step: String, status: String)] = []
  let output: String

  init(_ name: String, output: String) {
    self.name = name
    self.output = output
    for line in output.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2, FileSystemRun.steps.contains(parts[0]) || parts[0] == "left" {
        results.append((parts[0], parts[1]))
      }
    }
  }

  var failures: [String] { results.filter { $0.status != "0" }.map { "\($0.step): \($0.status)" } }

  var line: String {
    let cells = FileSystemRun.steps.map { step in
      let all = results.filter { $0.step == step }.map(\.status)
      return all.isEmpty ? "not reached" : all.allSatisfy { $0 == "0" } ? "yes" : all.joined(separator: ", ")
    }
    return "| \(name) | \(cells.joined(separator: " | ")) |"
  }
}

/// `Docs/validation/file-systems.md`.
enum FileSystemDocument {
  static let path = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    .appending("Docs").appending("validation").appending("file-systems.md")

  static func text(_ rows: [String]) -> String {
    let head = "| file system | \(FileSystemRun.steps.joined(separator: " | ")) |"
    let rule = "|\(String(repeating: " --- |", count: FileSystemRun.steps.count + 1))"
    return """
      # File systems evidence is written to

      Written by `EXHIBIT_UPDATE_DOCS=1 EXHIBIT_FAULTS=all swift test --filter FileSystemTests`; not edited by hand.

      On each file system a case is created, a medium acquired as raw and E01, an acquisition killed between two checkpoints \
      and resumed, everything verified, and every other command that writes files is run with its output there. Images are \
      compared with the medium. *names*: items `CON`, `ABC` and `abc` are acquired and verified in one case. *yes*: done, \
      and nothing unfinished was left.

      \(([head, rule] + rows).joined(separator: "\n"))

      FAT holds files of up to 4 GiB − 1: an unsplit image of a larger medium is refused before it is read \
      (`environment.file-limit`), by `acquire`, `convert` and `recover`; split, it is acquired. \
      The rows of Linux's own file systems were run by Debian's kernel in a virtual machine, which was refused such an \
      image on FAT32. NFS is served by the same kernel that mounts it; SMB was not run. \
      Nothing is acquired to 9P: a case is refused (`environment.destination-unsuitable`), since processes cannot share \
      memory through its files, and so is a copy of images (`environment.permission-denied`), since the sandbox of an \
      acquisition may not open them; with `cache=mmap` a case can be made on it, and no acquisition in it.

      On a read-only file system nothing is written, and nothing needs to be: `verify`, `audit verify`, `info`, `item`, \
      `custody show` and the other commands that only read work without a note; `prove`, `export` and `case export` \
      write to other storage, and say that the case has no record of it. What must be recorded, such as an acquisition, \
      custody or a report with its number, is refused: it needs a copy of the case.

      What a file system lacks, and what is done instead: [0041](../decisions/0041-file-systems-that-lack-a-call.md).

      """
  }

  static func rows() throws -> [String] {
    String(decoding: try TestFiles.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| file system") && !$0.hasPrefix("| ---") }
  }
}
