// Writes ONNX files of a few hundred bytes: just enough of the protobuf messages of onnx.proto3 for one operator.

const FLOAT = 1;
const UINT8 = 2;

export interface TinyNetwork {
  readonly input?: {
    readonly name: string;
    readonly type?: "float32" | "uint8" | "int32";
    readonly shape: readonly (number | string)[];
  };
  readonly output?: { readonly name: string; readonly shape: readonly (number | string)[] };
  /** In order; the first takes the input, the last gives the output. */
  readonly operators?: readonly {
    readonly type: string;
    readonly attributes?: readonly Buffer[];
    readonly constant?: string;
  }[];
  readonly extraInput?: string;
  /** Values of scalars that operators name as their second input. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly externalData?: boolean;
}

const TYPES = { float32: FLOAT, uint8: UINT8, int32: 6 };

/** By default: "image" float32 [1, 3, 4, 4] → Identity → "out". */
export function tinyNetwork(network: TinyNetwork = {}): Buffer {
  const input = { name: "image", type: "float32" as const, shape: [1, 3, 4, 4], ...network.input };
  const output = { name: "out", shape: input.shape, ...network.output };
  const operators = network.operators ?? [{ type: "Identity" }];
  const nodes = operators.map(({ type, attributes = [], constant }, i) => {
    const from = i === 0 ? input.name : `value${i}`;
    const to = i === operators.length - 1 ? output.name : `value${i + 1}`;
    return bytesField(
      1,
      Buffer.concat([
        textField(1, from),
        ...(constant ? [textField(1, constant)] : []),
        textField(2, to),
        textField(4, type),
        ...attributes.map((attribute) => bytesField(5, attribute)),
      ]),
    );
  });
  const graph = Buffer.concat([
    ...nodes,
    textField(2, "tiny"),
    ...Object.entries(network.constants ?? {}).map(([name, value]) => bytesField(5, scalar(name, value))),
    ...(network.externalData ? [bytesField(5, outsideTensor("weights.bin"))] : []),
    bytesField(11, port(input.name, TYPES[input.type], input.shape)),
    ...(network.extraInput ? [bytesField(11, port(network.extraInput, FLOAT, [1]))] : []),
    bytesField(12, port(output.name, FLOAT, output.shape)),
  ]);
  const opset = numberField(2, 13);
  return Buffer.concat([numberField(1, 8), bytesField(7, graph), bytesField(8, opset)]);
}

/** Attribute of an operator: a list of integers, or one. */
export function integers(name: string, values: readonly number[]): Buffer {
  return Buffer.concat([textField(1, name), ...values.map((value) => numberField(8, value)), numberField(20, 7)]);
}

export function integer(name: string, value: number): Buffer {
  return Buffer.concat([textField(1, name), numberField(3, value), numberField(20, 2)]);
}

function port(name: string, type: number, shape: readonly (number | string)[]): Buffer {
  const axes = shape.map((length) =>
    bytesField(1, typeof length === "number" ? numberField(1, length) : textField(2, length)),
  );
  const tensor = Buffer.concat([numberField(1, type), bytesField(2, Buffer.concat(axes))]);
  return Buffer.concat([textField(1, name), bytesField(2, bytesField(1, tensor))]);
}

function scalar(name: string, value: number): Buffer {
  const raw = Buffer.alloc(4);
  raw.writeFloatLE(value);
  return Buffer.concat([numberField(2, FLOAT), textField(8, name), bytesField(9, raw)]);
}

function outsideTensor(location: string): Buffer {
  const entry = Buffer.concat([textField(1, "location"), textField(2, location)]);
  return Buffer.concat([
    numberField(1, 1),
    numberField(2, FLOAT),
    textField(8, "outside"),
    bytesField(13, entry),
    numberField(14, 1),
  ]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
