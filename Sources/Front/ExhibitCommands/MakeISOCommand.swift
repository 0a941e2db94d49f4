import ArgumentParser
import CanonicalJSON
import Evidence
import ImageTools
import Rendering
import SystemPackage

struct MakeISOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-iso", abstract: "Make an ISO image from a folder, with the digest of every file.",
    discussion: """
      ISO 9660 with Rock Ridge and Joliet, through xorriso, which must be installed; with --udf also UDF, through \
      genisoimage, and 7-Zip to read it back. Every file is read back from \
      the image and compared with the folder. Beside the image, OUTPUT.files.json lists names, sizes and SHA-256.

      Example:
        exhibit make-iso exports exports.iso --volume EXPORTS_001
      """)

  @Argument(help: "The folder.", completion: .directory) var folder: String
  @Argument(help: "The image to create.", completion: .file()) var output: String
  @Option(help: "Name of the volume: 1 to 32 of A-Z, 0-9 and _.") var volume = "EXHIBIT"
  @Flag(help: "Also UDF. Symbolic links become files without contents there.") var udf = false
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let report = try MakeISOJob(FilePath(folder), to: FilePath(output), volume: volume, hasUDF: udf).perform()
    rendering.show(
      [
        "Made: every file was read back and is the one of the folder.",
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
