"""Models of pydantic: its own rules count, and each of its errors gets its place.

Beside them one rule holds: a text of a document is no number and no bool, unless a validator of the field
takes what there is before pydantic does.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import get_args

from pydantic import BaseModel, RootModel, TypeAdapter
from pydantic_core import ValidationError
from pydantic_core.core_schema import ErrorType

from veltrix._text import printable
from veltrix.annotated import SECRET, is_taken_first
from veltrix.binding.containers import Items
from veltrix.binding.declared import Taken, bare, plan_inside
from veltrix.binding.located import Locator, refuse_unknown
from veltrix.binding.model import Fielded, model_in
from veltrix.binding.plans import Plan, Secret, holds_secrets
from veltrix.binding.run import INVALID
from veltrix.binding.unions import Either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from veltrix.binding.model import Compilation
    from veltrix.binding.run import Run, Segments

_TAG = re.compile(r"^Input tag '.*'(?= found using )", re.DOTALL)
_BY = "refused by "
_RAISED = ("value_error", "assertion_error")
"""Of what a validator raises; pydantic puts a word before its text."""
_KNOWN = frozenset(get_args(ErrorType))
"""Of pydantic's core; others are of types and validators in Python."""
_SCHEMA = "__get_pydantic_core_schema__"
"""By what a class says in its own way how it is validated."""


class PydanticModel(Fielded):
    """A `BaseModel`, or a dataclass of pydantic."""

    __slots__ = ("_is_seen", "is_text_in_documents", "looks_first", "model")

    is_judged = True

    def __init__(self, model: Any) -> None:
        super().__init__(model.__name__, model)
        self.model = model
        self.looks_first = _looks_first(model)
        self.is_text_in_documents = self.looks_first
        self._is_seen = self.looks_first or _keeps_more(model)
        """Whether its code sees all that stands there, under whatever key."""

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The object that pydantic makes."""
        before = len(run.problems)
        data = self.prepare(value, run, path)
        if self._given and not self.with_sections(data, run, path):
            return INVALID  # and again with nothing shared
        result = _validated(self.model.__pydantic_validator__.validate_python, data, run, path, self)
        return result if len(run.problems) == before else INVALID

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The mapping with the texts of flat sources read."""
        if self._is_seen and holds_secrets(self):
            run.mark_around(path)
        return super().prepare(value, run, path)


class PydanticValue(Plan):
    """Any other type that pydantic knows, such as `SecretStr`."""

    __slots__ = ("_adapter", "is_plain", "words")

    def __init__(self, form: Any) -> None:
        self.words = str(getattr(form, "__name__", form))
        self._adapter: TypeAdapter[Any] = TypeAdapter(form)
        self.is_plain = True

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The object that pydantic makes."""
        return _validated(self._adapter.validate_python, value, run, path, self)


def pydantic_plan(compilation: Compilation, key: Any, form: Any) -> Plan:
    """The plan of a class of pydantic's, or of one that it validates."""
    model = key[0]
    if hasattr(model, "settings_customise_sources"):
        raise TypeError(
            f"{printable(model.__name__)} is a BaseSettings, which reads the environment by itself; "
            "make it a BaseModel"
        )
    if not hasattr(model, "__pydantic_validator__"):
        plan = PydanticValue(form)
        return Secret(plan) if hasattr(model, "get_secret_value") else plan
    if not model.__pydantic_complete__ and hasattr(model, "model_rebuild"):
        model.model_rebuild(raise_errors=False)
    plan_of_model = compilation.models[key] = PydanticModel(form)
    config = getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", {})
    looks_first = plan_of_model.looks_first
    plan_of_model.takes_more = config.get("extra") == "allow" or looks_first
    compilation.owners.append(key)
    compilation.judged += 1
    fields = [(plan, _keys(name, field, config)) for name, field, plan in _fields(compilation, form)]
    by_key: dict[str, Plan] = {}
    for of_field, keys in fields:
        for one in keys:
            if isinstance(one, str):
                is_secret = one in by_key and holds_secrets(by_key[one])
                by_key[one] = Secret(of_field) if is_secret else of_field
    plan_of_model.have(by_key, _known(form, fields))
    if looks_first:
        plan_of_model.tags = {}
    if isinstance(form, type) and issubclass(form, RootModel):
        root = plan_of_model.fields["root"]
        root = Taken(root) if looks_first else root
        plan_of_model.stands_for, plan_of_model.words = root, root.words
        plan_of_model.is_text_in_documents = root.is_text_in_documents
        plan_of_model.takes_more = True
    if _hands_on(form) and not plan_of_model.known:
        plan_of_model.share(_is_kept)
    compilation.judged -= 1
    compilation.owners.pop()
    return plan_of_model


def _looks_first(model: Any) -> bool:
    """Whether a validator takes what there is before the model does, and may rename its keys."""
    decorators = model.__pydantic_decorators__
    validators = (*decorators.model_validators.values(), *decorators.root_validators.values())
    return any(one.info.mode != "after" for one in validators)


def _keeps_more(model: Any) -> bool:
    """Whether its code may see what no field takes: by what it keeps, or by how it is made."""
    config = getattr(model, "model_config", None) or {}
    is_made_by_fields = not isinstance(model, type) or not issubclass(model, BaseModel) or _is_usual(model)
    return config.get("extra") == "allow" or not (is_made_by_fields or issubclass(model, RootModel))


def _hands_on(model: Any) -> bool:
    """Whether nothing but the models of its fields looks into what a model is given for them."""
    validators = model.__pydantic_decorators__.model_validators.values()
    return _is_usual(model) and all(one.info.mode == "after" for one in validators)


def _is_kept(plan: Fielded) -> bool:
    """Whether pydantic keeps an object of a model as it is, and runs nothing of it a second time."""
    model: Any = getattr(plan, "model", None)
    return (
        _is_usual(model)
        and not model.__pydantic_decorators__.model_validators
        and model.model_config.get("revalidate_instances", "never") == "never"
    )


def _is_usual(model: Any) -> bool:
    """Whether it is a model that pydantic makes as it makes most."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)) or issubclass(model, RootModel):
        return False
    schema, usual = (one.__dict__.get(_SCHEMA) for one in (_maker(model), BaseModel))
    validated_by_itself = model.__pydantic_custom_init__ or model.__pydantic_decorators__.root_validators
    return schema is usual and not validated_by_itself


def _maker(model: Any) -> Any:
    return next(one for one in model.__mro__ if _SCHEMA in one.__dict__)


def _fields(compilation: Compilation, model: Any) -> Iterator[tuple[str, Any, Plan]]:
    taken = _taken_first(model)
    for name, field in model.__pydantic_fields__.items():
        if name in taken or "*" in taken or is_taken_first(field.metadata):
            plan = compilation.taken(field.annotation, field.metadata)
        else:
            plan = compilation.plan(field.annotation)
        yield name, field, Secret(plan) if any(one is SECRET for one in field.metadata) else plan


def _taken_first(model: Any) -> set[str]:
    """The fields whose validators take a value before pydantic does."""
    decorators = model.__pydantic_decorators__.field_validators.values()
    return {name for one in decorators if one.info.mode != "after" for name in one.info.fields}


def _keys(name: str, field: Any, config: Any) -> list[Any]:
    """What a field is read from: keys, and paths that may lead into other fields."""
    alias = field.validation_alias
    if alias is None or config.get("validate_by_alias") is False:
        return [name]
    by_name = config.get("validate_by_name") or config.get("populate_by_name")
    return [*getattr(alias, "choices", [alias]), *([name] if by_name else [])]


def _known(model: Any, fields: Iterable[tuple[Plan, list[Any]]]) -> dict[str, Plan]:
    """The keys at which such paths begin, and what stands where they lead."""
    branches: dict[str, list[Plan]] = {}
    for plan, keys in fields:
        for key in keys:
            if not isinstance(key, str):
                first, *others = key.path
                branches.setdefault(first, []).append(_branch(model, plan, others))
    return {first: Taken(Either(found)) for first, found in branches.items()}


def _branch(model: Any, plan: Plan, path: Iterable[str | int]) -> Plan:
    """A plan at the end of a path."""
    for segment in reversed([*path]):
        if isinstance(segment, str):
            section = Fielded(model.__name__, model)
            section.have({segment: plan})
            plan = section
        else:
            # As `secret=` does, a path into a list marks the whole of it.
            plan = Secret(Items(list, plan)) if holds_secrets(plan) else Items(list, plan)
    return plan


def _validated(validate: Callable[[Any], Any], data: Any, run: Run, path: Segments, plan: Plan) -> Any:
    errors: list[Any] = []
    failed: Exception | None = None
    try:
        return validate(data)
    except ValidationError as invalid:
        errors += invalid.errors(include_input=False, include_url=False, include_context=False)
    except (MemoryError, RecursionError):
        raise
    except Exception as raised:  # noqa: BLE001  (it is user code that raises)
        failed = raised
    if failed is not None:
        return _raised(failed, data, run, path, plan)
    noted = takewhile(lambda problem: problem.path[: len(path)] == path, reversed(run.problems))
    known = {problem.path for problem in noted}
    reasons: dict[Segments, list[str]] = {}
    for error in errors:
        locator = Locator(plan, data, path, error["loc"])
        if error["type"] == "missing":
            run.required(locator.path, str(error["loc"][-1]), locator.name)
        elif error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            refuse_unknown(run, locator)
        elif locator.path not in known:
            reasons.setdefault(locator.path, []).append(_words(error, run, locator))
    for at, texts in reasons.items():
        # What code of the model says comes first, and by whom: all behind it may hold a value.
        in_order = sorted(dict.fromkeys(texts), key=lambda text: not text.startswith(_BY))
        run.refuse(at, " or ".join(in_order))
    return INVALID


def _raised(failed: Exception, data: Any, run: Run, path: Segments, plan: Plan) -> Any:
    """Note what pydantic lets through: it says no place, so the models inside are asked for theirs first."""
    before = len(run.problems)
    for inner, child, at in _models_in(plan, data, path):
        _validated(inner.model.__pydantic_validator__.validate_python, child, run, at, inner)
    if len(run.problems) == before:
        run.raised(path, getattr(plan, "name", plan.words), failed)
    return INVALID


def _models_in(plan: Plan, data: Any, path: Segments) -> Iterator[tuple[PydanticModel, Any, Segments]]:
    """The models that nothing looks into before they do, with what stands there."""
    if isinstance(plan, Taken) or (isinstance(plan, PydanticModel) and not _hands_on(plan.model)):
        return
    pairs = data.items() if type(data) is dict else enumerate(data) if type(data) is list else ()
    for segment, child in pairs:
        inner = plan_inside(plan, segment)
        model = None if inner is None else model_in(bare(inner))
        if isinstance(model, PydanticModel):
            yield model, child, (*path, segment)
        elif inner is not None:
            yield from _models_in(bare(inner), child, (*path, segment))


def _words(error: Any, run: Run, locator: Locator) -> str:
    """What pydantic says; nothing where a secret stands, since a validator's text may hold anything."""
    is_refusal = error["type"] in _RAISED or error["type"] not in _KNOWN
    by = f"{_BY}{locator.name}"
    if run.holds_secret(locator.path):
        return by if is_refusal else "not valid"
    text: str = printable(_without_value(error["type"], error["msg"]))
    if is_refusal:
        return f"{by}: {text.partition(', ')[2] if error['type'] in _RAISED else text}"
    return text[:1].lower() + text[1:]


def _without_value(kind: str, text: str) -> str:
    """What pydantic says; where it repeats what it was given, without that."""
    if kind == "union_tag_invalid":
        return _TAG.sub("Input tag", text)
    if kind in ("import_error", "byte_size_unit", "zoneinfo_str"):
        return text.partition(":")[0]
    return text.partition(", got ")[0] if kind == "timezone_offset" else text
