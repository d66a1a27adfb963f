import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBody } from "../body.ts";
import { decodeProtobuf } from "./envelope.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Written by hand, field by field: each number is a field's, each array a message. */
type Message = readonly (readonly [number: number, value: string | number | Message | Uint8Array])[];

function encode(message: Message): Uint8Array {
  const bytes: number[] = [];
  for (const [number, value] of message) {
    if (typeof value === "number") bytes.push(...varint(BigInt(number) << 3n), ...varint(BigInt(value)));
    else {
      const inner =
        typeof value === "string"
          ? new TextEncoder().encode(value)
          : value instanceof Uint8Array
            ? value
            : encode(value);
      bytes.push(...varint((BigInt(number) << 3n) | 2n), ...varint(BigInt(inner.length)), ...inner);
    }
  }
  return Uint8Array.from(bytes);
}

function varint(value: bigint): readonly number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return [...bytes, Number(left)];
}

const object = (apiVersion: string, kind: string, raw: Message): Uint8Array =>
  Uint8Array.from([
    0x6b,
    0x38,
    0x73,
    0,
    ...encode([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, raw],
    ]),
  ]);

test("protobuf: an object with every sort of value", () => {
  const container: Message = [
    [1, "main"],
    [2, "nginx"],
    [
      8,
      [
        [
          2,
          [
            [1, "cpu"],
            [2, [[1, "100m"]]],
          ],
        ],
      ],
    ],
    // A probe's handler is a message of its own; JSON shows its fields in the probe.
    [
      10,
      [
        [
          1,
          [
            [
              2,
              [
                [1, "/"],
                [
                  2,
                  [
                    [1, 0],
                    [2, 8080],
                    [3, ""],
                  ],
                ],
              ],
            ],
          ],
        ],
        [2, 5],
        [4, -1],
      ],
    ],
    [18, 1],
  ];
  const pod = object("v1", "Pod", [
    [
      1,
      [
        [1, "web"],
        [
          11,
          [
            [1, "app"],
            [2, "x"],
          ],
        ],
        [8, []],
        [15, ""],
      ],
    ],
    [
      2,
      [
        [2, container],
        [3, "Always"],
        [11, 0],
      ],
    ],
  ]);
  assert.deepEqual(decodeProtobuf(pod), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", labels: { app: "x" } },
    spec: {
      restartPolicy: "Always",
      containers: [
        {
          name: "main",
          image: "nginx",
          resources: { requests: { cpu: "100m" } },
          livenessProbe: { httpGet: { path: "/", port: 8080 }, initialDelaySeconds: 5, periodSeconds: -1 },
          tty: true,
        },
      ],
    },
  });
});

test("protobuf: times, bytes and the bodies of subresources", () => {
  const secret = object("v1", "Secret", [
    [
      1,
      [
        [1, "s"],
        [8, [[1, 1_795_250_408]]],
      ],
    ],
    [
      2,
      [
        [1, "key"],
        [2, Uint8Array.from([0, 255])],
      ],
    ],
  ]);
  assert.deepEqual(decodeProtobuf(secret), {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", creationTimestamp: "2026-11-21T08:40:08Z" },
    data: { key: "AP8=" },
  });
  const token = object("authentication.k8s.io/v1", "TokenRequest", [
    [
      2,
      [
        [1, "a"],
        [1, "b"],
        [4, 600],
      ],
    ],
  ]);
  assert.deepEqual(decodeProtobuf(token)["spec"], { audiences: ["a", "b"], expirationSeconds: 600 });
  const options = object("apps/v1", "DeleteOptions", [
    [1, 0],
    [5, "All"],
  ]);
  assert.deepEqual(decodeProtobuf(options), {
    apiVersion: "apps/v1",
    kind: "DeleteOptions",
    gracePeriodSeconds: 0,
    dryRun: ["All"],
  });
});

test("protobuf: what is none is refused", () => {
  assert.throws(
    () => parseBody(new TextEncoder().encode("{}"), PROTOBUF, "ConfigMap"),
    /must be of type ConfigMap\): provided data does not appear to be a protobuf message, expected prefix \[107 56 115 0\]/,
  );
  const cut = object("v1", "ConfigMap", [[1, [[1, "name"]]]]).subarray(0, -3);
  assert.throws(() => parseBody(cut, PROTOBUF, "ConfigMap"), /unexpected EOF/);
});
