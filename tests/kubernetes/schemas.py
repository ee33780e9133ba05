#!/usr/bin/env python3
"""Makes strict JSON schemas of Kubernetes' own OpenAPI documents and of the operators' resource definitions, one file a
kind: a key that the API does not know is an error, as with the server's strict field validation.

    tests/kubernetes/schemas.py <output folder> <module folder>...
"""

import json
import pathlib
import sys

import yaml

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
DEFINITIONS = "#/definitions/"
# What the API server knows of a field beyond JSON schema, and draft 4's form of two keywords.
IGNORED = ("nullable", "example", "exclusiveMinimum", "exclusiveMaximum")


class Loader(yaml.CSafeLoader):
    """Takes a plain `=`, which YAML 1.1 has a meaning of its own for, as the text that Kubernetes takes it for."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)


def strict(schema, closed=True):
    """The schema with every object closed that lists its properties; parts of a combination are left open, because
    each of them knows only some."""
    result = {}
    for key, value in schema.items():
        if key.startswith("x-kubernetes-") or key in IGNORED:
            continue
        if key == "properties":
            result[key] = {name: strict(part, closed) for name, part in value.items()}
        elif key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            result[key] = strict(value, closed and key != "not")
        elif key in ("allOf", "anyOf", "oneOf"):
            result[key] = [strict(part, False) for part in value]
        elif key == "$ref":
            result[key] = DEFINITIONS + value.rsplit("/", 1)[1]
        else:
            result[key] = value
    is_open = "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    if closed and "properties" in schema and not is_open:
        result["additionalProperties"] = False
    return result


def names_in(schema):
    """The definitions that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(DEFINITIONS)
        for value in schema.values():
            yield from names_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_in(value)


def with_definitions(schema, definitions):
    used, pending = {}, list(names_in(schema))
    while pending:
        name = pending.pop()
        if name not in used:
            used[name] = definitions[name]
            pending.extend(names_in(definitions[name]))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "definitions": used}


def file_name(group, version, kind):
    """As kubeconform's template of k8s-check asks for it; it calls the core group by its version."""
    return f"{group or version}_{version}_{kind.lower()}.json"


def builtin(module):
    """(definitions, {file name: schema}) of Kubernetes' own kinds."""
    definitions, kinds = {}, {}
    for path in sorted((module / "api/openapi-spec/v3").glob("*_openapi.json")):
        schemas = json.loads(path.read_text()).get("components", {}).get("schemas", {})
        for name, schema in schemas.items():
            definitions[name] = strict(schema)
            for kind in schema.get("x-kubernetes-group-version-kind", []):
                kinds[file_name(kind["group"], kind["version"], kind["kind"])] = definitions[name]
    return definitions, kinds


def custom(path):
    """{file name: schema} of the kinds that a CustomResourceDefinition defines."""
    spec = yaml.load(path.read_text(), Loader)["spec"]
    kinds = {}
    for version in spec["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        schema["properties"]["metadata"] = {"$ref": DEFINITIONS + OBJECT_META}
        schema["required"] = sorted({"apiVersion", "kind", "metadata", *schema.get("required", [])})
        kinds[file_name(spec["group"], version["name"], spec["names"]["kind"])] = strict(schema)
    return kinds


def main(output, kubernetes, *operators):
    definitions, kinds = builtin(pathlib.Path(kubernetes))
    for operator in operators:
        for folder in ("config/crd/bases", "example/prometheus-operator-crd"):
            for path in sorted((pathlib.Path(operator) / folder).glob("*_*.yaml")):
                kinds |= custom(path)
    folder = pathlib.Path(output)
    folder.mkdir(parents=True)
    for name, schema in kinds.items():
        (folder / name).write_text(json.dumps(with_definitions(schema, definitions)))
    print(f"{len(kinds)} schemas in {folder.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
