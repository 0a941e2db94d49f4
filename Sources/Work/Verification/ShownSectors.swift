import Digests
import Evidence
import Manifests

/// What a proof shows of the stream it speaks of, and where in the bundle.
package struct ShownSectors: Sendable {
  package let sectors: [SectorRange]
  /// Chunks as ranges of numbers.
  package let chunks: [SectorRange]
  package let plan: ChunkPlan
  package let sectorSize: UInt32
  /// Of the stream, as the manifest states it.
  package let root: Digest
  package let map: SectorMap
  /// Why the proof does not fit the manifest; nothing else may be used then.
  package let problem: String?

  /// A chunk and where it lies in the file of chunks, in bytes.
  package struct Place: Sendable {
    package let chunk: UInt64
    package let bytes: Range<UInt64>
  }

  /// In the order of the file.
  package let places: [Place]

  init(_ proof: PartialProof, of manifest: Manifest) {
    let stream = manifest.streams.first { $0.name == proof.stream }
    let numbers = proof.chunks.map(\.number)
    self.init(sectors: proof.sectors, stream: stream, numbers: numbers)
  }

  /// - Parameter numbers: of the chunks that are said to hold the sectors; `nil` for those that do.
  package init(sectors: [SectorRange], stream: Manifest.Stream?, numbers: [UInt64]? = nil) {
    let sectorSize = stream?.unitSize ?? 1
    let plan = ChunkPlan(length: stream?.length ?? 0, sectorSize: sectorSize)
    let geometry = MediaGeometry(length: plan.length, logicalSectorSize: sectorSize)
    self.sectors = sectors
    self.plan = plan
    self.sectorSize = sectorSize
    self.root = stream?.chunks.merkleRoot ?? Digest.of([], .sha256)
    self.map = stream?.map ?? SectorMap(sectorCount: 0)
    var chunks: [SectorRange] = []
    var problem: String?
    if let stream {
      if stream.chunks.size != plan.chunkSize || stream.chunks.count != plan.chunkCount
        || map.sectorCount != geometry.sectorCount
      {
        problem = "the manifest states other chunks than its format prescribes"
      } else if sectors.isEmpty || sectors.contains(where: { $0.isEmpty || $0.end > geometry.sectorCount }) {
        problem = "sectors past the end of the stream, which has \(geometry.sectorCount)"
      } else {
        chunks = plan.chunks(holding: sectors, sectorSize: sectorSize)
        let holding = chunks.lazy.flatMap { $0.first..<$0.end }
        if let numbers, !holding.elementsEqual(numbers) {
          problem = "it names other chunks than \(chunks.listed())"
        }
      }
    } else {
      problem = "the manifest has no stream of that name"
    }
    self.problem = problem
    self.chunks = problem == nil ? chunks : []
    var offset: UInt64 = 0
    self.places = self.chunks.flatMap { $0.first..<$0.end }.map { chunk in
      let bytes = plan.bytes(ofChunk: chunk)
      let start = offset
      offset += bytes.upperBound - bytes.lowerBound
      return Place(chunk: chunk, bytes: start..<offset)
    }
  }

  /// Bytes of the file of chunks.
  package var chunkBytes: UInt64 { places.last?.bytes.upperBound ?? 0 }

  /// Bytes of the file of sectors.
  package var sectorBytes: UInt64 {
    sectors.reduce(0) {
      let bytes = plan.bytes(of: $1, sectorSize: sectorSize)
      return $0 + bytes.upperBound - bytes.lowerBound
    }
  }

  /// The sectors of the chunks that were not asked for: they are shown all the same.
  package var others: [SectorRange] {
    var others: [SectorRange] = []
    var rest = sectors[...]
    for run in chunks {
      var next = plan.sectors(ofChunk: run.first, sectorSize: sectorSize).first
      let end = plan.sectors(ofChunk: run.end - 1, sectorSize: sectorSize).end
      while let range = rest.first, range.first < end {
        if range.first > next { others.append(SectorRange(next..<range.first)) }
        next = range.end
        rest.removeFirst()
      }
      if next < end { others.append(SectorRange(next..<end)) }
    }
    return others
  }

  /// Bytes of the stream, cut where chunks end, with their offset in the file of chunks. Those outside of the chunks
  /// that are shown are left out.
  package func parts(of bytes: Range<UInt64>) -> [(bytes: Range<UInt64>, offset: UInt64)] {
    var index = places.partitioningIndex { $0.chunk >= bytes.lowerBound / plan.chunkSize }
    var parts: [(bytes: Range<UInt64>, offset: UInt64)] = []
    var next = bytes.lowerBound
    while next < bytes.upperBound, index < places.count {
      let chunk = plan.bytes(ofChunk: places[index].chunk)
      next = max(next, chunk.lowerBound)
      let end = min(bytes.upperBound, chunk.upperBound)
      guard next < end else { break }
      parts.append((next..<end, places[index].bytes.lowerBound + next - chunk.lowerBound))
      next = end
      index += 1
    }
    return parts
  }
}

extension [ShownSectors.Place] {
  /// The first place from which on `holds` is true, by halving.
  fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
