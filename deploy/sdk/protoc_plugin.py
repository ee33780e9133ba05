#!/usr/bin/env python3
"""A generator that is built into protoc, as a plugin: for tools that run plugins and not protoc, as buf does.

    python protoc_plugin.py GENERATOR PROTOC... < CodeGeneratorRequest > CodeGeneratorResponse

GENERATOR is python, grpc_python, java, …; PROTOC the command of a protoc that has it. buf can call a protoc by itself
(`protoc_builtin`), but not one without a plugin for what only that one has (gRPC's Python), and what it hands over says each
field's name in JSON as if the proto did, which then is in the generated code.
"""

import pathlib
import subprocess
import sys
import tempfile

from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet


def forget_json_names(message):
    for field in message.field:
        field.ClearField("json_name")
    for nested in message.nested_type:
        forget_json_names(nested)


def main(generator, *command):
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    for file in request.proto_file:
        for message in file.message_type:
            forget_json_names(message)
    response = plugin_pb2.CodeGeneratorResponse(supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
    with tempfile.TemporaryDirectory(prefix="tandem-plugin-") as name:
        folder = pathlib.Path(name)
        described = folder / "files"
        described.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        out = folder / "out"
        out.mkdir()
        ended = subprocess.run([*command, f"--descriptor_set_in={described}", f"--{generator}_out={request.parameter}:{out}",
                                *request.file_to_generate], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ended.returncode != 0:
            response.error = f"{generator}: {ended.stdout}"
        for path in sorted(out.rglob("*")):
            if path.is_file():
                response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text())
    sys.stdout.buffer.write(response.SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])
