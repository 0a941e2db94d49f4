import CanonicalJSON
import Evidence
import Media

extension DeviceSurvey {
  /// What is known of the device, as `exhibit devices --json` prints it.
  package var json: JSONValue {
    guard case .object(var fields) = facts else { return facts }
    fields["heldBy"] = .array(holders.map { .string($0.description) })
    fields["canBeAcquired"] = .bool(obstacles.isEmpty)
    fields["obstacles"] = .array(obstacles.map { .string($0) })
    return .object(fields)
  }

  /// The same without who holds it now.
  var facts: JSONValue {
    .fields([
      "path": .string(device.path.string), "bus": .string(device.bus.rawValue),
      "busPath": .string(device.disk.string), "bridge": device.bridge.map(\.json),
      "model": text(model), "serial": text(serialNumber), "firmware": text(firmware),
      "wwn": text(worldWideName),
      "nguid": text(replies.namespace?.nguid), "eui64": text(replies.namespace?.eui64),
      "identifiers": replies.identification.map { names in
        .array(
          names.designators.map { .fields(["kind": .string($0.kind.rawValue), "value": .string($0.value)]) })
      },
      "optical": .bool(device.isOptical), "length": geometry.map { .number($0.length) },
      "logicalSectorSize": geometry.map { JSONValue($0.logicalSectorSize) },
      "physicalSectorSize": geometry.map { JSONValue($0.physicalSectorSize) },
      "sectorCount": geometry.map { .number($0.sectorCount) },
      "removable": device.isRemovable.map { .bool($0) }, "rotational": device.isRotational.map { .bool($0) },
      "rotationRate": rotationRate.map { JSONValue($0) }, "readOnly": .bool(device.isReadOnly),
      "partitionTable": table.map { table in
        .fields([
          "scheme": .string(table.scheme.rawValue), "remarks": .array(table.remarks.map { .string($0) }),
          "partitions": .array(table.partitions.map { json(of: $0) }),
        ])
      },
      "contents": contents?.json, "hiddenAreas": .array(hiddenAreas.map(\.json)), "health": healthJSON,
      "limits": replies.limits.map {
        .fields([
          "longestTransfer": JSONValue($0.longestTransfer), "bestTransfer": JSONValue($0.bestTransfer),
          "longestUnmap": JSONValue($0.longestUnmap),
        ])
      },
      "notDetermined": .object(replies.refusals.mapValues { .string($0) }),
      "commands": .object(commands.mapValues { JSONValue($0) }),
    ])
  }

  private func json(of partition: Partition) -> JSONValue {
    .fields([
      "number": JSONValue(partition.number), "firstSector": .number(partition.sectors.first),
      "sectorCount": .number(partition.sectors.count), "type": .string(partition.type),
      "typeName": text(partition.typeName), "name": text(partition.name),
      "contents": partitionContents[partition.number]?.json,
    ])
  }

  private var healthJSON: JSONValue? {
    if let smart = replies.smart {
      return .array(
        smart.attributes.map {
          .fields([
            "attribute": JSONValue($0.number), "name": .string(ATASMARTData.name(of: $0.number)),
            "value": JSONValue($0.value), "worst": JSONValue($0.worst), "raw": .number($0.raw),
          ])
        })
    }
    return replies.health.map { health in
      .fields([
        "criticalWarning": JSONValue(health.criticalWarning), "temperature": JSONValue(health.temperature),
        "availableSpare": JSONValue(health.availableSpare),
        "percentageUsed": JSONValue(health.percentageUsed),
        "counters": .object(
          Dictionary(health.counters.map { ($0.name, .number($0.value)) }) { first, _ in first }),
      ])
    }
  }

  private func text(_ value: String?) -> JSONValue? { value.map { .string($0) } }
}

extension DeviceSurvey.Contents {
  fileprivate var json: JSONValue {
    .fields([
      "signatures": .array(
        signatures.map {
          .fields([
            "name": .string($0.name), "encrypted": .bool($0.isEncrypted), "guess": .bool($0.isGuess),
          ])
        }),
      "unreadable": unreadable.map { .string($0) },
    ])
  }
}

extension USBBridge {
  fileprivate var json: JSONValue {
    .fields([
      "vendorId": .string(vendorIdentifier), "productId": .string(productIdentifier),
      "manufacturer": manufacturer.map { .string($0) }, "product": product.map { .string($0) },
      "serial": serialNumber.map { .string($0) },
    ])
  }
}

extension HiddenArea {
  fileprivate var json: JSONValue {
    .fields(["kind": .string(kind.rawValue), "state": .string(state.rawValue), "detail": .string(detail)])
  }
}

extension JSONValue {
  /// A number that a device may have made up: past the range of exact integers, its digits as a string.
  fileprivate static func number(_ value: UInt64) -> JSONValue {
    value <= UInt64(largestInteger) ? JSONValue(value) : .string(String(value))
  }
}
