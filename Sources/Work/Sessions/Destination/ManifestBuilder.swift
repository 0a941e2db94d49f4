import Acquisition
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Media
import SystemIO
import SystemPackage

/// Puts together the manifest of an acquisition from what is known where.
struct ManifestBuilder {
  let `case`: CaseRecord
  let examiner: String
  let item: EvidenceItemRecord
  let acquisition: AcquisitionRecord
  /// The whole medium.
  let medium: any SectorSource
  /// What was read of it.
  let source: any SectorSource
  let earlier: EarlierAcquisition?
  /// As the device states it.
  let serialNumber: String?
  let plan: AcquisitionPlan
  let request: AcquisitionRequest
  let outcome: AcquisitionOutcome
  let pauses: [Manifest.Pause]
  let protection: Manifest.WriteProtection
  let ended: Timestamp

  /// - Parameter overflow: folders that hold images besides the one of the manifest.
  func manifest(
    images: [Manifest.Image], files: [RecordedFile], tracks: [Manifest.Track], overflow: [FilePath],
    head: AuditHead
  ) -> Manifest {
    Manifest(
      acquisition: acquisitionFacts(overflow),
      investigation: Manifest.Investigation(
        number: `case`.number, title: `case`.title, organisation: `case`.organisation),
      item: Manifest.Item(number: item.number, description: item.description, serial: item.serial),
      source: sourceFacts(), writeProtection: protection,
      streams: [
        Manifest.Stream(
          unitSize: plan.geometry.logicalSectorSize, firstUnit: (source as? SectorRangeSource)?.range.first,
          length: plan.geometry.length, digests: outcome.digests, laterDigests: plan.laterDigests,
          chunks: Manifest.Chunks(
            size: plan.chunks.chunkSize, count: plan.chunks.chunkCount,
            file: RecordNames(acquisition: acquisition.name).chunks(), merkleRoot: outcome.merkleRoot),
          map: outcome.map, fill: plan.fill, tracks: tracks)
      ],
      images: images, files: files,
      audit: head, verdict: outcome.verdict)
  }

  private func acquisitionFacts(_ overflow: [FilePath]) -> Manifest.Acquisition {
    let host = Host.facts
    return Manifest.Acquisition(
      identifier: acquisition.id, name: acquisition.name, started: acquisition.started, ended: ended,
      clock: "system clock (CLOCK_REALTIME)",
      tool: Manifest.Tool(name: ToolVersion.name, version: ToolVersion.current),
      host: Manifest.Host(
        node: host.node, system: host.system, release: host.release, machine: host.machine,
        user: Host.userName),
      examiner: examiner, commandLine: request.commandLine, directIO: source.readsDirectly,
      reading: plan.reading,
      overflow: overflow.map(\.string), pauses: pauses, equipment: request.equipment, notes: request.notes,
      earlier: earlier?.recorded)
  }

  private func sourceFacts() -> Manifest.Source {
    let facts = source.facts
    return Manifest.Source(
      kind: facts.kind, path: facts.path.string, files: facts.files.compactMap { $0.lastComponent?.string },
      geometry: medium.geometry, model: facts.model, serial: serialNumber, firmware: facts.firmware,
      wwn: facts.worldWideName, readOnly: facts.isReadOnly)
  }
}
