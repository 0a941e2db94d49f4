import ArgumentParser
import CanonicalJSON
import Evidence
import ImageTools
import Rendering
import SystemPackage

struct MakeISOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-iso",
    abstract: "Create an ISO image from a folder, with the hash value of every file.",
    discussion: """
      Writes ISO 9660 with Rock Ridge and Joliet (needs xorriso); with --udf also UDF (needs genisoimage). Reads every \
      file back from the image and compares it with the folder. OUTPUT.files.json beside the image lists names, sizes \
      and SHA-256.

      Example:
        exhibit make-iso exports exports.iso --volume EXPORTS_001
      """)

  @Argument(help: "The folder to copy.", completion: .directory) var folder: String
  @Argument(help: "The image to create.", completion: .file()) var output: String
  @Option(help: "Volume name: 1 to 32 of A-Z, 0-9 and _.") var volume = "EXHIBIT"
  @Flag(help: "Add UDF. Symbolic links become empty files there.") var udf = false
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let report = try MakeISOJob(FilePath(folder), to: FilePath(output), volume: volume, hasUDF: udf).perform()
    rendering.show(
      [
        "Created: every file was read back and matches the folder.",
        "  image      \(report.image.string), \(HumanText.size(report.size)), SHA-256 \(report.sha256)",
        "  files      \(report.files.count), and \(report.others) links or other entries",
        "  list       \(report.list.string)",
      ],
      json: .fields([
        "image": .string(report.image.string), "size": Rendering.number(report.size),
        "sha256": .string(report.sha256.hex), "list": .string(report.list.string),
        "files": JSONValue(Int64(report.files.count)), "others": JSONValue(Int64(report.others)),
      ]))
  }
}
