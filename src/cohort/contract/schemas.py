"""Schemas of what is read and answered: pydantic's own, so that they say what it enforces."""

from typing import Any

from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema


class PydanticSchemas(OpenAPISchemaPlugin):
    """Note which models the routes name, and leave a place for the schema of each.

    Litestar's own reading of a model loses limits of what may be null or stands in a list.
    """

    def __init__(self) -> None:
        self.models: dict[type[BaseModel], None] = {}

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return isinstance(value, type) and issubclass(value, BaseModel)

    def to_openapi_schema(self, field_definition: Any, schema_creator: Any) -> Schema:
        self.models[field_definition.annotation] = None
        registry = schema_creator.schema_registry
        registry.get_schema_for_field_definition(field_definition)
        reference: Schema = registry.get_reference_for_field_definition(field_definition)
        return reference

    def components(self) -> dict[str, Any]:
        _, defined = models_json_schema(
            [(model, mode_of(model)) for model in self.models],
            ref_template="#/components/schemas/{model}",
            schema_generator=WithoutFieldTitles,
        )
        schemas = {schema["title"]: schema for schema in defined["$defs"].values()}
        for schema in schemas.values():
            name_choices(schema)
        return schemas


def name_choices(schema: dict[str, Any]) -> None:
    """Words to choose from that may be null are named after their field, as those that may not.

    A generator of clients calls them by their place among the alternatives otherwise.
    """
    for field, shown in schema.get("properties", {}).items():
        for choice in shown.get("anyOf", ()):
            if "enum" in choice:
                choice.setdefault("title", field.title().replace("_", ""))


def mode_of(model: type[BaseModel]) -> JsonSchemaMode:
    """What is read refuses unknown fields; what is answered has no need to."""
    return "validation" if model.model_config.get("extra") == "forbid" else "serialization"


class WithoutFieldTitles(GenerateJsonSchema):
    """A title made from a field's name says nothing that the name does not."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False
