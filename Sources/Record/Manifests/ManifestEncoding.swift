import CanonicalJSON
import Evidence

extension Manifest {
  /// The canonical bytes: what is stored and signed.
  /// - Precondition: no integer is past 2⁵³ − 1.
  package var canonicalBytes: [UInt8] { jsonValue.canonicalBytes }

  package var jsonValue: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "acquisition": acquisition.jsonValue, "case": investigation.jsonValue, "item": item.jsonValue,
      "source": source.jsonValue, "writeProtection": writeProtection.jsonValue,
      "streams": .array(streams.map(\.jsonValue)), "images": .array(images.map(\.jsonValue)),
      "files": .array(files.map(\.jsonValue)), "audit": audit.jsonValue, "verdict": verdict.jsonValue,
    ])
  }
}

extension Manifest.Acquisition {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "id": .string(identifier.description), "name": .string(name), "started": .string(started.description),
      "ended": .string(ended.description), "clock": .string(clock),
      "tool": .fields(["name": .string(tool.name), "version": .string(tool.version)]),
      "host": .fields([
        "node": .string(host.node), "system": .string(host.system), "release": .string(host.release),
        "machine": .string(host.machine), "user": .string(host.user),
      ]),
      "operator": .string(examiner), "commandLine": .array(commandLine.map { .string($0) }),
      "directIO": .bool(directIO), "reading": reading == ReadingPolicy() ? nil : reading.json,
      "overflow": overflow.isEmpty ? nil : .array(overflow.map { .string($0) }),
      "pauses": pauses.isEmpty ? nil : .array(pauses.map(\.json)),
      "equipment": equipment.isEmpty ? nil : .array(equipment.map(\.json)),
      "notes": notes.map { .string($0) }, "earlier": earlier?.json,
    ])
  }
}

extension Manifest.Investigation {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "number": .string(number), "title": .string(title), "organisation": organisation.map { .string($0) },
    ])
  }
}

extension Manifest.Item {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "number": .string(number.description), "description": .string(description),
      "serial": serial.map { .string($0) },
    ])
  }
}

extension Manifest.Source {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "kind": .string(kind.rawValue), "path": .string(path),
      "files": kind.hasFiles ? .array(files.map { .string($0) }) : nil,
      "length": JSONValue(geometry.length), "logicalSectorSize": JSONValue(geometry.logicalSectorSize),
      "physicalSectorSize": JSONValue(geometry.physicalSectorSize), "sectorCount": JSONValue(sectorCount),
      "model": model.map { .string($0) }, "serial": serial.map { .string($0) },
      "firmware": firmware.map { .string($0) }, "wwn": wwn.map { .string($0) },
      "readOnly": readOnly.map { .bool($0) },
    ])
  }
}

extension Manifest.WriteProtection {
  fileprivate var jsonValue: JSONValue {
    let layers = layers.map { layer in
      JSONValue.fields([
        "name": .string(layer.name), "state": .string(layer.state.rawValue), "proves": .string(layer.proves),
        "before": layer.before.map { .string($0) }, "during": layer.during.map { .string($0) },
        "after": layer.after.map { .string($0) },
      ])
    }
    let overrides = overrides.map { one in
      JSONValue.fields([
        "state": .string(one.state), "reason": .string(one.reason), "found": .string(one.found),
      ])
    }
    return .fields([
      "layers": .array(layers), "overrides": overrides.isEmpty ? nil : .array(overrides),
      "commands": commands.isEmpty ? nil : CommandCounts.json(commands), "limits": .string(limits),
    ])
  }
}

extension Manifest.Stream {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "name": .string(name), "unitSize": JSONValue(unitSize), "unitCount": JSONValue(unitCount),
      "firstUnit": firstUnit.map { JSONValue($0) }, "length": JSONValue(length),
      "digests": laterDigests.isEmpty ? digests.jsonValue : nil,
      "laterDigests": laterDigests.isEmpty
        ? nil : .array(laterDigests.sorted().map { .string($0.rawValue) }),
      "chunks": .fields([
        "size": JSONValue(chunks.size), "count": JSONValue(chunks.count), "file": .string(chunks.file),
        "merkleRoot": .string(chunks.merkleRoot.hex),
      ]),
      "map": map.json(fill: fill), "tracks": tracks.isEmpty ? nil : .array(tracks.map(\.jsonValue)),
    ])
  }
}

extension Manifest.Track {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "session": JSONValue(session), "number": JSONValue(number), "mode": .string(mode.rawValue),
      "firstUnit": JSONValue(firstUnit), "unitCount": JSONValue(unitCount), "digests": digests.jsonValue,
    ])
  }
}

extension Manifest.Image {
  fileprivate var jsonValue: JSONValue {
    let contents = contents.map { part in
      JSONValue.fields([
        "stream": .string(part.stream), "length": JSONValue(part.length),
        "paddingBytes": JSONValue(part.paddingBytes),
        "digests": part.digests.isEmpty ? nil : part.digests.jsonValue,
      ])
    }
    return .fields([
      "format": .string(format.rawValue), "compression": compression.map { .string($0.rawValue) },
      "contents": .array(contents), "segments": .array(segments.map(\.jsonValue)),
    ])
  }
}

extension ListedFile {
  fileprivate var jsonValue: JSONValue {
    .fields([
      "name": .string(name), "size": JSONValue(size), "sha256": sha256.map { .string($0.hex) },
    ])
  }
}

extension RecordedFile {
  fileprivate var jsonValue: JSONValue {
    .fields(["name": .string(name), "size": JSONValue(size), "sha256": .string(sha256.hex)])
  }
}

extension AuditHead {
  fileprivate var jsonValue: JSONValue {
    .fields(["sequence": JSONValue(sequence), "head": .string(digest.hex)])
  }
}

extension AcquisitionVerdict {
  fileprivate var jsonValue: JSONValue {
    switch self {
    case .complete: .fields(["name": .string(name)])
    case .completeWithUnreadable(let sectors):
      .fields(["name": .string(name), "unreadableSectors": JSONValue(sectors)])
    case .incomplete(let reason): .fields(["name": .string(name), "reason": .string(reason)])
    }
  }
}

extension DigestSet {
  var jsonValue: JSONValue {
    .object(
      Dictionary(uniqueKeysWithValues: all.map { ($0.algorithm.rawValue, JSONValue.string($0.hex)) }))
  }
}
