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
      "optical": .bool(device.isOptical), "length": geometry.map { .quantity($0.length) },
      "logicalSectorSize": geometry.map { JSONValue($0.logicalSectorSize) },
      "physicalSectorSize": geometry.map { JSONValue($0.physicalSectorSize) },
      "sectorCount": geometry.map { .quantity($0.sectorCount) },
      "removable": device.isRemovable.map { .bool($0) }, "rotational": device.isRotational.map { .bool($0) },
      "rotationRate": rotationRate.map { JSONValue($0) }, "readOnly": .bool(device.isReadOnly),
      "partitionTable": table.map { table in
        .fields([
          "scheme": .string(table.scheme.rawValue), "remarks": .array(table.remarks.map { .string($0) }),
          "partitions": .array(table.partitions.map { json(of: $0) }),
        ])
      },
      "contents": contents?.json, "hiddenAreas": .array(hiddenAreas.map(\.json)),
      "health": replies.health?.json,
      "writeProtectedByItself": replies.isWriteProtected.map { .bool($0) },
      "units": replies.units.map { .array($0.map { .string($0) }) }, "writeBlocker": blocker?.json,
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
      "number": JSONValue(partition.number), "firstSector": .quantity(partition.sectors.first),
      "sectorCount": .quantity(partition.sectors.count), "type": .string(partition.type),
      "typeName": text(partition.typeName), "name": text(partition.name),
      "contents": partitionContents[partition.number]?.json,
    ])
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
      "serial": serialNumber.map { .string($0) }, "release": release.map { .string($0) },
    ])
  }
}

extension WriteBlocker {
  fileprivate var json: JSONValue {
    .fields([
      "maker": .string(maker), "model": model.map { .string($0) }, "serial": serialNumber.map { .string($0) },
      "firmware": firmware.map { .string($0) }, "saysSo": .bool(saysSo), "recognisedBy": .string(basis),
      "tested": false,
    ])
  }
}

extension HealthReading {
  /// Values by their names.
  var json: JSONValue {
    .object(Dictionary(values.map { ($0.name, .quantity($0.value)) }) { first, _ in first })
  }
}

extension HiddenArea {
  fileprivate var json: JSONValue {
    .fields(["kind": .string(kind.rawValue), "state": .string(state.rawValue), "detail": .string(detail)])
  }
}

extension JSONValue {
  /// A number that a device may have made up: past the range of exact integers, its digits as a string.
  static func quantity(_ value: UInt64) -> JSONValue {
    value <= UInt64(largestInteger) ? JSONValue(value) : .string(String(value))
  }
}
