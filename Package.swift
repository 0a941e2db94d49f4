// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

let strictC: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// A target by its folder, `Layer/Name`.
func module(
  _ folder: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = []
) -> Target {
  .target(
    name: name(folder), dependencies: dependencies, path: "Sources/" + folder,
    swiftSettings: strict + settings)
}

/// What works through no bytes of evidence and through no rows of an archive. The optimiser would take four times as long
/// for it as all the rest of the compiler, and nobody would see a difference.
func glue(_ folder: String, _ dependencies: [Target.Dependency]) -> Target {
  module(folder, dependencies, [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

/// C of our own.
func code(
  _ folder: String, _ dependencies: [Target.Dependency] = [], _ settings: [CSetting] = [],
  linking: [LinkerSetting] = []
) -> Target {
  .target(
    name: name(folder), dependencies: dependencies, path: "Sources/" + folder, cSettings: strictC + settings,
    linkerSettings: linking)
}

/// A library of the system, by the Debian package that has its headers.
func library(_ folder: String, _ pkgConfig: String, _ package: String) -> Target {
  .systemLibrary(
    name: name(folder), path: "Sources/" + folder, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func program(
  _ folder: String, _ dependencies: [Target.Dependency], linking: [LinkerSetting] = []
) -> Target {
  .executableTarget(
    name: name(folder), dependencies: dependencies, path: "Sources/" + folder, swiftSettings: strict,
    linkerSettings: linking)
}

/// What measures or is measured, beside the tests.
func testProgram(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: "Tests/" + path, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: ["EvidenceTestKit"] + dependencies, exclude: exclude, swiftSettings: strict)
}

func name(_ folder: String) -> String { String(folder.drop { $0 != "/" }.dropFirst()) }

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

// One layer a folder of Sources, lowest first. A target imports only targets of its own layer and of lower ones;
// Tests/ArchitectureTests holds the code to it.
let package = Package(
  name: "Exhibit",
  products: [
    .executable(name: "exhibit", targets: ["exhibit"]),
    .executable(name: "exhibit-verify", targets: ["exhibit-verify"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
  ],
  targets: [
    // Base: the vocabulary, bytes and the operating system
    module(
      "Base/Evidence",
      []),
    module(
      "Base/CanonicalJSON",
      ["Evidence"]),
    // settings; a subset of TOML
    glue(
      "Base/StrictTOML",
      []),
    code("Base/CLinux"),
    module(
      "Base/SystemIO",
      ["CLinux", "Evidence", systemPackage]),
    library("Base/CCrypto", "libcrypto", "libssl-dev"),
    // Optimised in debug builds too: without it, tests would spend their time in this kernel.
    code("Base/CDigestLanes", [], [.unsafeFlags(["-O2"])]),
    module(
      "Base/Digests",
      ["CCrypto", "CDigestLanes", "Evidence", "SystemIO", systemPackage]),
    code("Base/CSigning", ["CCrypto"]),
    glue(
      "Base/Signing",
      ["CSigning", "Evidence"]),

    // Media: what is read
    glue(
      "Media/Media",
      ["Evidence", "SystemIO"]),
    code("Media/CDiscSector", [], [.unsafeFlags(["-O2"])]),
    module(
      "Media/OpticalDisc",
      ["CDiscSector", "Evidence", "SystemIO", systemPackage]),
    // media of known contents, with faults as scripted
    module(
      "Media/ReferenceMedia",
      ["Evidence", "SystemIO", "Media"]),

    // Formats: what images are, how they are read and how they are written
    library("Formats/CDeflate", "libdeflate", "libdeflate-dev"),
    module(
      "Formats/FormatKit",
      ["CDeflate", "Evidence", "SystemIO", "Digests", "OpticalDisc"]),
    // what writers share; never in the verifier
    module(
      "Formats/WriterKit",
      ["FormatKit", "CanonicalJSON", "Digests", "Evidence", "OpticalDisc", "SystemIO"]),
    module(
      "Formats/DiskImages",
      ["Evidence", "SystemIO", "FormatKit"]),
    // what containers pack sectors with, besides deflate
    library("Formats/CLZMA", "liblzma", "liblzma-dev"),
    library("Formats/CZstandard", "libzstd", "libzstd-dev"),
    library("Formats/CLZ4", "liblz4", "liblz4-dev"),
    library("Formats/CFLAC", "flac", "libflac-dev"),
    .systemLibrary(name: "CBZip2", path: "Sources/Formats/CBZip2", providers: [.apt(["libbz2-dev"])]),
    module(
      "Formats/Codecs",
      ["CLZMA", "CZstandard", "CLZ4", "CFLAC", "CBZip2"]),
    module(
      "Formats/DiscImages",
      [
        "Evidence", "CanonicalJSON", "Digests", "SystemIO", "OpticalDisc", "FormatKit", "Codecs",
        systemPackage,
      ]),
    module(
      "Formats/Formats",
      ["Evidence", "SystemIO", "OpticalDisc", "FormatKit", "DiskImages", "DiscImages"]),
    library("Formats/CISAL", "libisal", "libisal-dev"),
    module(
      "Formats/DiskWriters",
      ["CISAL", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "OpticalDisc", "FormatKit", "WriterKit"]),
    module(
      "Formats/DiscWriters",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "OpticalDisc", "FormatKit", "DiscImages", "DiskWriters",
        "WriterKit",
      ]),
    module(
      "Formats/DiscFiles",
      ["Evidence", "SystemIO", "Media", "OpticalDisc", "FormatKit", "DiscImages"]),

    // damaged or lost files of an archive that come back
    library("Formats/CErasureCode", "libisal", "libisal-dev"),
    module(
      "Formats/Parity",
      ["CErasureCode", "CanonicalJSON", "Digests", "Evidence", "SystemIO", systemPackage]),
    // what other programs leave beside evidence: lists of digests, logs, metadata
    module(
      "Formats/SideCars",
      ["CanonicalJSON", "Digests", "Evidence"]),

    // Record: what is said of the evidence, and where it is kept
    glue(
      "Record/Manifests",
      ["Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing"]),
    glue(
      "Record/CaseRecords",
      ["Evidence", "CanonicalJSON", "SystemIO", "Digests"]),
    code("Record/CSQLite", linking: [.linkedLibrary("sqlite3")]),
    module(
      "Record/SQLite",
      ["CSQLite", "SystemIO"]),
    module(
      "Record/CaseStore",
      ["SQLite", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "CaseRecords"]),
    module(
      "Record/TarArchive",
      ["Evidence", "SystemIO", "Digests"]),

    // Work: what is done
    module(
      "Work/Acquisition",
      ["Evidence", "CanonicalJSON", "SystemIO", "Digests", "Media", "WriterKit"]),
    module(
      "Work/Verification",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "FormatKit",
        "DiscImages", "Formats", "Manifests",
      ]),
    // the folder of a case: paths, certificates, keys, whom it trusts
    glue(
      "Work/CaseFolders",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "Manifests", "CaseRecords",
        "CaseStore", "Verification",
      ]),
    glue(
      "Work/Sessions",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "Media", "OpticalDisc", "FormatKit",
        "DiscImages", "Formats", "DiskWriters", "DiscWriters", "Manifests", "CaseRecords", "CaseStore",
        "CaseFolders", "Acquisition", "Verification", "WriterKit",
      ]),
    module(
      "Work/ImageTools",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Media", "OpticalDisc", "FormatKit", "DiscImages",
        "Formats", "DiskWriters", "DiscWriters", "DiscFiles", "Manifests", "Acquisition", "Verification",
        "WriterKit",
      ]),
    library("Work/CQREncode", "libqrencode", "libqrencode-dev"),
    glue(
      "Work/CourtReport",
      [
        "CQREncode", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc",
        "FormatKit", "Formats",
        "Manifests", "CaseRecords", mustache,
      ]),
    // PDF that is signed inside
    glue(
      "Work/SignedPDF",
      ["Digests", "Evidence", "Signing"]),
    glue(
      "Work/Casework",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "FormatKit", "DiscImages", "Formats",
        "Manifests", "CaseRecords", "CaseStore", "CaseFolders", "TarArchive", "Verification", "Sessions",
        "CourtReport", "SignedPDF",
      ]),
    // archives of evidence: catalogue, re-verification, schedule
    module(
      "Work/Archiving",
      [
        "CanonicalJSON", "Casework", "CaseFolders", "CaseRecords", "CaseStore", "Digests", "Evidence",
        "DiscImages", "DiskImages", "FormatKit",
        "Formats", "Manifests", "Parity", "SideCars", "Signing", "SystemIO", "Verification",
      ]),
    // what holds for all cases of a laboratory
    glue(
      "Work/Profiles",
      [
        "Evidence", "StrictTOML", "SystemIO", "Signing", "DiscWriters", "Manifests", "CourtReport",
        "Casework",
        systemPackage,
      ]),
    // the program tested on the examiner's own machine
    glue(
      "Work/Validation",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "Media", "ReferenceMedia", "FormatKit",
        "Formats", "DiskWriters", "Manifests", "CaseFolders", "Verification", "Sessions", "ImageTools",
        "Casework", "WriterKit",
      ]),

    // Front: words for people, and the command line
    glue(
      "Front/Rendering",
      ["Evidence", "CanonicalJSON", "SystemIO", "Signing", "Verification"]),
    glue(
      "Front/ExhibitCommands",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Media", "OpticalDisc", "FormatKit", "DiscImages", "Formats",
        "DiskWriters", "DiscWriters", "DiscFiles", "Digests", "Signing", "Manifests", "CaseRecords",
        "CaseFolders", "Acquisition", "Verification", "Sessions", "ImageTools", "CourtReport", "Casework",
        "Validation", "Profiles", "StrictTOML", "Rendering", "WriterKit", "Archiving", "SideCars",
        "CaseStore", argumentParser,
      ]),
    program(
      "Front/exhibit",
      ["ExhibitCommands"]),
    // What the other side installs: the Swift runtime inside; from the system libcrypto, libdeflate and the codecs of
    // packed discs, nothing else.
    program(
      "Front/exhibit-verify",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Signing", "Formats", "Manifests", "Verification",
        "Rendering", systemPackage,
      ],
      linking: [.unsafeFlags(["-static-stdlib"])]),

    // measures single steps for Tests/Benchmarks/run
    testProgram(
      "exhibit-rates", "Benchmarks/Rates",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "FormatKit", "WriterKit", "DiskImages", "Formats",
        "DiskWriters", systemPackage,
      ]),
    testProgram(
      "exhibit-disc-rates", "Benchmarks/Discs",
      ["Evidence", "CanonicalJSON", "SystemIO", "OpticalDisc", "DiscImages", "Formats", systemPackage]),
    testProgram(
      "exhibit-parity-rates", "Benchmarks/Parity",
      ["Evidence", "SystemIO", "Parity", systemPackage]),
    // works on a large case for Tests/Benchmarks/cases, and beside others of its kind for tests
    testProgram(
      "exhibit-case-rates", "Benchmarks/Cases",
      ["Evidence", "CanonicalJSON", "SystemIO", "CaseRecords", "CaseStore", systemPackage]),
    testProgram(
      "exhibit-report-rates", "Benchmarks/Reports",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "ReferenceMedia", "CaseRecords", "CaseStore", "CaseFolders",
        "CourtReport", "Sessions", "Casework", systemPackage,
      ]),
    // tries to write past each layer of protection, for SystemTests
    .target(
      name: "CHostileWrites", path: "Tests/HostileWrites/CHostileWrites", cSettings: strictC),
    testProgram(
      "exhibit-hostile-writes", "HostileWrites/Program", ["CHostileWrites", "SystemIO", systemPackage]),
    // what Tests/Fuzz/run links with libFuzzer; built with everything else so that it keeps compiling
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "FormatKit",
        "WriterKit",
        "DiskImages",
        "DiscImages", "DiscFiles", "Formats", "DiskWriters", "DiscWriters", "Manifests", "TarArchive",
        "Parity", "SideCars", "Verification", "StrictTOML", "CaseRecords", "CaseStore", "Sessions", "CSQLite",
        systemPackage,
      ],
      path: "Tests/Fuzz/Targets", swiftSettings: strict),
    // tests
    .target(
      name: "EvidenceTestKit",
      dependencies: [
        "Evidence", "SystemIO", "Digests", "Media", "OpticalDisc", "FormatKit", "WriterKit", "DiskImages",
        "DiscImages",
        "Formats", "DiskWriters", "DiscWriters", "ReferenceMedia", systemPackage,
      ],
      path: "Tests/EvidenceTestKit", swiftSettings: strict),
    tests("EvidenceTests", ["Evidence", "CanonicalJSON", "Digests"]),
    tests("RenderingTests", ["CanonicalJSON", "Evidence", "Rendering", "Verification"]),
    tests("SystemIOTests", ["Evidence", "SystemIO", "Media"]),
    tests("OpticalDiscTests", ["Evidence", "SystemIO", "Digests", "OpticalDisc"]),
    tests("SigningTests", ["Evidence", "SystemIO", "Signing", "Manifests", systemPackage]),
    // libewf, as a second reader of E01
    .systemLibrary(
      name: "CEWF", path: "Tests/LibEWF/CEWF", pkgConfig: "libewf", providers: [.apt(["libewf-dev"])]),
    tests(
      "ImageFormatsTests",
      [
        "CEWF", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "OpticalDisc", "FormatKit", "WriterKit",
        "DiskImages",
        "DiscImages", "Formats", "DiskWriters", "DiscWriters", "DiscFiles", systemPackage,
      ], exclude: ["Checkers"]),
    tests(
      "ArchiveTests",
      [
        "Archiving", "CanonicalJSON", "CaseFolders", "CaseRecords", "CaseStore", "Casework", "Digests",
        "Evidence", "Parity",
        "SideCars", "Signing", "SystemIO", systemPackage,
      ], exclude: ["Injection"]),
    tests("ManifestsTests", ["Evidence", "CanonicalJSON", "Manifests", "Signing", "Digests"]),
    tests(
      "AcquisitionTests",
      [
        "Evidence", "CanonicalJSON", "Digests", "Acquisition", "Media", "FormatKit", "WriterKit",
        "DiskImages", "Formats",
        "DiskWriters",
      ]),
    tests(
      "VerificationTests",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "FormatKit", "WriterKit", "DiskImages",
        "Formats",
        "FuzzTargets", "Verification", "Manifests", "CaseRecords", "CaseStore", "CaseFolders", "Sessions",
        "ImageTools",
        "Casework", "Media", systemPackage,
      ]),
    tests(
      "CaseStoreTests",
      ["Evidence", "CanonicalJSON", "SystemIO", "CaseRecords", "CaseStore", "SQLite", systemPackage]),
    tests(
      "CourtReportTests",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "FormatKit",
        "WriterKit",
        "DiscImages",
        "Formats", "Manifests", "CaseRecords", "CaseStore", "CaseFolders", "Verification", "CourtReport",
        "Sessions", "Casework", "SignedPDF", systemPackage,
      ]),
    tests(
      "CommandTests",
      [
        "Evidence", "CanonicalJSON", "Digests", "Signing", "SystemIO", "OpticalDisc", "FormatKit",
        "WriterKit", "DiskImages", "DiscImages",
        "Formats",
        "DiskWriters",
        "DiscWriters", "Verification", "CaseFolders", "Sessions", "ImageTools", "Casework", "ExhibitCommands",
        argumentParser, systemPackage,
      ],
      exclude: ["Scripts"]),
    tests("ProfileTests", ["Evidence", "SystemIO", "StrictTOML", "Profiles", systemPackage]),
    tests("DeviceTests", ["Evidence", "SystemIO", "Media", systemPackage]),
    tests("SystemTests", ["Evidence", "SystemIO", systemPackage]),
    tests(
      "ValidationTests",
      ["Evidence", "CanonicalJSON", "SystemIO", "ReferenceMedia", "Signing", "Validation", systemPackage]),
    tests(
      "FaultTests",
      ["Evidence", "SystemIO", "FormatKit", "WriterKit", "DiskImages", "Formats", systemPackage],
      exclude: ["Injector"]),
    tests("FuzzTests", ["FuzzTargets"]),
    tests("ArchitectureTests", []),
  ]
)
