"""The YAML layer: files read with their lines, checked against schemas, and built on each other.

| module | what it does |
|---|---|
| `load` | reads files and texts |
| `nodes` | checks what was parsed before any value is built |
| `document` | data that knows its lines, and builds errors with them |
| `schema` | checks a document against one of our JSON Schemas |
| `layers` | folders, `extends`, merging, cycles, and who wrote what |
| `imported` | files of several imports, which may not contradict each other |
"""

from AIGCLibrary.yaml.document import YamlDocument
from AIGCLibrary.yaml.load import load_yaml, missing_file, parse_value, parse_yaml
from AIGCLibrary.yaml.schema import check, load_schema

__all__ = ["YamlDocument", "check", "load_schema", "load_yaml", "missing_file", "parse_value", "parse_yaml"]
