// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

let strictC: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(
  _ name: String, _ dependencies: [Target.Dependency], linking: [LinkerSetting] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: ["EvidenceTestKit"] + dependencies, exclude: exclude, swiftSettings: strict)
}

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

// A target imports only targets of lower levels; Tests/ArchitectureTests holds the code to it.
let package = Package(
  name: "Exhibit",
  products: [
    .executable(name: "exhibit", targets: ["exhibit"]),
    .executable(name: "exhibit-verify", targets: ["exhibit-verify"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.5.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
  ],
  targets: [
    // level 0: system libraries and plain C
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .target(name: "CLinux", cSettings: strictC),
    // Optimised in debug builds too: without it, tests would spend their time in this kernel.
    .target(name: "CDigestLanes", cSettings: strictC + [.unsafeFlags(["-O2"])]),
    .target(name: "CDiscSector", cSettings: strictC + [.unsafeFlags(["-O2"])]),
    .target(name: "CSigning", dependencies: ["CCrypto"], cSettings: strictC),
    .target(name: "CSQLite", cSettings: strictC),
    // level 1: the vocabulary
    module("Evidence", []),
    // level 2: bytes and the operating system
    module("CanonicalJSON", ["Evidence"]),
    module("SystemIO", ["CLinux", "Evidence", systemPackage]),
    module("Digests", ["CCrypto", "CDigestLanes", "Evidence"]),
    module("Signing", ["CSigning", "Evidence"]),
    // level 3: what is printed for an item
    module("EvidenceLabels", ["CQREncode", "Evidence", "CanonicalJSON"]),
    // level 3: what is read
    module("Media", ["Evidence", "SystemIO"]),
    module("OpticalDisc", ["CDiscSector", "Evidence", "SystemIO", systemPackage]),
    // level 3: the container of a whole case
    module("TarArchive", ["Evidence", "SystemIO", "Digests"]),
    // level 4: what is written and what is said of it
    module(
      "ImageFormats", ["CDeflate", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "OpticalDisc"]),
    module("Manifests", ["Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing"]),
    // media of known contents, with faults as scripted
    module("ReferenceMedia", ["Evidence", "SystemIO", "Media"]),
    // level 5: the E01 writer
    module("EWFWriter", ["CISAL", "Evidence", "CanonicalJSON", "SystemIO", "ImageFormats"]),
    // level 5: the files on discs
    module("DiscFiles", ["CArchive", "Evidence", "SystemIO", "OpticalDisc", "ImageFormats"]),
    // level 6: the two pipelines, which know nothing of each other
    module("Acquisition", ["Evidence", "CanonicalJSON", "SystemIO", "Digests", "Media", "ImageFormats"]),
    module(
      "Verification",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "ImageFormats",
        "Manifests",
      ]),
    // level 7: the record
    module("CaseStore", ["CSQLite", "Evidence", "CanonicalJSON", "SystemIO", "Digests", grdb, sqlite]),
    // level 8: the document
    module(
      "CourtReport",
      [
        "Evidence", "CanonicalJSON", "Digests", "Signing", "OpticalDisc", "EvidenceLabels", "Manifests",
        "CaseStore", mustache,
      ]),
    // level 9: the use cases
    module(
      "Casework",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "Media", "OpticalDisc", "ImageFormats",
        "DiscFiles", "EWFWriter", "TarArchive",
        "Manifests", "Acquisition", "Verification", "CaseStore", "CourtReport", "EvidenceLabels",
      ]),
    // level 10: the program tested on the examiner's own machine
    module(
      "Validation",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "Media", "ImageFormats", "Manifests",
        "EWFWriter", "ReferenceMedia", "Acquisition", "Verification", "Casework",
      ]),
    // the command line: rendering (level 7, of the verifier too), then the commands
    module("Rendering", ["Evidence", "CanonicalJSON", "SystemIO", "Signing", "Verification"]),
    module(
      "ExhibitCommands",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Media", "OpticalDisc", "ImageFormats", "DiscFiles",
        "Digests", "Signing", "Manifests", "EvidenceLabels", "EWFWriter", "Acquisition", "Verification",
        "CourtReport", "Casework", "Validation", "Rendering", argumentParser,
      ]),
    program("exhibit", ["ExhibitCommands"]),
    // What the other side installs: the Swift runtime inside, libcrypto and libdeflate from the system, nothing else.
    program(
      "exhibit-verify",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Signing", "Manifests", "Verification", "Rendering",
        systemPackage,
      ],
      linking: [.unsafeFlags(["-static-stdlib"])]),
    // measures single steps for Tests/Benchmarks/run
    .executableTarget(
      name: "exhibit-rates",
      dependencies: [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "ImageFormats", "EWFWriter", systemPackage,
      ],
      path: "Tests/Benchmarks/Rates", swiftSettings: strict),
    .executableTarget(
      name: "exhibit-disc-rates", dependencies: ["CanonicalJSON", "OpticalDisc"],
      path: "Tests/Benchmarks/Discs", swiftSettings: strict),
    // works on a large case for Tests/Benchmarks/cases, and beside others of its kind for tests
    .executableTarget(
      name: "exhibit-case-rates",
      dependencies: ["Evidence", "CanonicalJSON", "SystemIO", "CaseStore", systemPackage],
      path: "Tests/Benchmarks/Cases", swiftSettings: strict),
    // tries to write past each layer of protection, for SystemTests
    .target(
      name: "CHostileWrites", path: "Tests/HostileWrites/CHostileWrites", cSettings: strictC),
    .executableTarget(
      name: "exhibit-hostile-writes", dependencies: ["CHostileWrites", "SystemIO", systemPackage],
      path: "Tests/HostileWrites/Program", swiftSettings: strict),
    .executableTarget(
      name: "exhibit-report-rates",
      dependencies: [
        "Evidence", "CanonicalJSON", "SystemIO", "ReferenceMedia", "CaseStore", "CourtReport", "Casework",
        systemPackage,
      ],
      path: "Tests/Benchmarks/Reports", swiftSettings: strict),
    // what Tests/Fuzz/run links with libFuzzer; built with everything else so that it keeps compiling
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "ImageFormats",
        "Manifests", "TarArchive", "EWFWriter", "Verification", systemPackage,
      ],
      path: "Tests/Fuzz/Targets", swiftSettings: strict),
    // tests
    .target(
      name: "EvidenceTestKit",
      dependencies: [
        "Evidence", "SystemIO", "Digests", "Media", "OpticalDisc", "ImageFormats", "ReferenceMedia",
        systemPackage,
      ],
      path: "Tests/EvidenceTestKit", swiftSettings: strict),
    tests("EvidenceTests", ["Evidence", "CanonicalJSON", "Digests"]),
    tests("SystemIOTests", ["Evidence", "SystemIO", "Media"]),
    tests("OpticalDiscTests", ["Evidence", "SystemIO", "Digests", "OpticalDisc"]),
    tests("SigningTests", ["Evidence", "SystemIO", "Signing", "Manifests", systemPackage]),
    // libewf, as a second reader of E01
    .systemLibrary(
      name: "CEWF", path: "Tests/LibEWF/CEWF", pkgConfig: "libewf", providers: [.apt(["libewf-dev"])]),
    tests(
      "ImageFormatsTests",
      [
        "CEWF", "Evidence", "CanonicalJSON", "SystemIO", "Digests", "OpticalDisc", "ImageFormats",
        "DiscFiles", "EWFWriter",
        systemPackage,
      ]),
    tests("ManifestsTests", ["Evidence", "CanonicalJSON", "Manifests", "Signing", "Digests"]),
    tests(
      "AcquisitionTests",
      ["Evidence", "CanonicalJSON", "Digests", "Acquisition", "Media", "ImageFormats", "EWFWriter"]),
    tests(
      "VerificationTests",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "ImageFormats", "Verification",
        "Manifests", "CaseStore", "Casework", systemPackage,
      ]),
    tests("EvidenceLabelsTests", ["Evidence", "EvidenceLabels"]),
    tests("CaseStoreTests", ["Evidence", "CanonicalJSON", "CaseStore"]),
    tests(
      "CourtReportTests",
      [
        "Evidence", "CanonicalJSON", "SystemIO", "Digests", "Signing", "OpticalDisc", "ImageFormats",
        "Manifests", "CaseStore", "Verification", "CourtReport", "Casework", systemPackage,
      ]),
    tests(
      "CommandTests",
      [
        "Evidence", "SystemIO", "OpticalDisc", "ImageFormats", "EWFWriter", "Verification", "Casework",
        "ExhibitCommands",
        systemPackage,
      ],
      exclude: ["Scripts"]),
    tests("DeviceTests", ["Evidence", "SystemIO", "Media", systemPackage]),
    tests("SystemTests", ["Evidence", systemPackage]),
    tests(
      "ValidationTests",
      ["Evidence", "CanonicalJSON", "SystemIO", "ReferenceMedia", "Signing", "Validation", systemPackage]),
    tests("FaultTests", ["Evidence", "SystemIO", "ImageFormats", systemPackage], exclude: ["Injector"]),
    tests("FuzzTests", ["FuzzTargets"]),
    tests("ArchitectureTests", []),
  ]
)
