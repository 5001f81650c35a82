"""The plan of a model: a mapping, read field by field into an object."""

from __future__ import annotations

from veltrix.binding.choices import Member, OneOf
from veltrix.binding.containers import mapping_in, prepared_mapping
from veltrix.binding.plain import is_reader
from veltrix.binding.plans import Plan, Scalar, Text
from veltrix.binding.run import INVALID
from veltrix.binding.section import Section
from veltrix.binding.sharing import spelled
from veltrix.binding.unions import Either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from typing import Any, Protocol

    from veltrix.binding.run import Run, Segments

    Fields = Iterable[tuple[str, str, Plan, bool]]

    class Compilation(Protocol):
        """What makes plans, as the models of a library know it."""

        models: dict[Any, Plan]
        scalars: dict[Any, Plan]
        owners: list[Any]
        judged: int

        def plan(self, form: Any) -> Plan: ...

        def taken(self, form: Any, metadata: Iterable[Any]) -> Plan: ...


_MISSING = object()


class Fielded(Plan):
    """A mapping that has fields, each of a type of its own."""

    __slots__ = (
        "_given",
        "fields",
        "form",
        "known",
        "leaves",
        "name",
        "prepared",
        "sections",
        "stands_for",
        "tags",
        "takes_more",
        "words",
    )

    is_text_in_documents = False
    is_plain = False
    is_judged = False
    """Whether a library judges what stands in it."""

    def __init__(self, name: str, form: Any) -> None:
        self.name = name
        self.form = spelled(form)
        self.words = f"mapping ({name})"
        self.fields: dict[str, Plan] = {}
        self.tags: dict[str, OneOf] = {}
        self.leaves: tuple[str, ...] = ()
        """The fields whose values concern nobody but the library, unless they are texts."""
        self.prepared: tuple[tuple[str, Plan], ...] = ()
        """The other fields in which a text may be something else."""
        self.sections: Container[str] = ()
        """The keys of the fields whose objects are shared."""
        self._given: dict[str, Section] = {}
        """Those of them that a library is given as the objects that they are."""
        self.stands_for: Plan | None = None
        """How it is written, where that is no mapping of its fields."""
        self.known: Mapping[str, Plan] = {}
        """The keys at which paths begin that lead to the values of fields."""
        self.takes_more = False
        """Whether the model has a use for keys that no field takes."""

    def have(self, fields: dict[str, Plan], known: Mapping[str, Plan] | None = None) -> None:
        """Give the model its fields, by their keys. A model may hold itself."""
        self.fields = fields
        self.known = known or {}
        self.tags = {key: plan for key, plan in fields.items() if isinstance(plan, OneOf)}
        read = (*fields.items(), *self.known.items())
        concerned = [(key, plan) for key, plan in read if not plan.is_plain]
        self.leaves = tuple(key for key, plan in concerned if plan.is_leaf)
        self.prepared = tuple((key, plan) for key, plan in concerned if not plan.is_leaf)

    def share(self, is_shared: Callable[[Fielded], bool]) -> None:
        """Give the library the objects of these models, where it keeps them unchanged."""
        self._given = {
            key: Section(model, model.form, plan)
            for key, plan in self.fields.items()
            if (model := model_in(plan)) and is_shared(model)
        }
        self.sections = self._given.keys()

    def with_sections(self, data: Any, run: Run, path: Segments) -> bool:
        """Put the objects of sections into the data; whether all of them can be had."""
        before = len(run.problems)
        for key, plan in self._given.items() if type(data) is dict else ():
            child = data.get(key)
            if is_reader(child):
                data[key] = plan.read(child, run, (*path, key))
        return len(run.problems) == before

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The mapping with the texts of flat sources read; a text of one is a JSON object."""
        if self.stands_for is not None:
            return self.stands_for.prepare(value, run, path)
        mapping = value if type(value) is dict else prepared_mapping(value, run, path)
        if mapping is None:
            return value
        get = mapping.get
        for key in self.leaves:
            if type(get(key)) is str:  # seldom
                mapping[key] = self.fields[key].prepare(mapping[key], run, (*path, key))
        for key, plan in self.prepared:
            child = get(key)
            kind = type(child)
            if kind is str or kind is dict or kind is list or (plan.is_secret and key in mapping):
                mapping[key] = plan.prepare(child, run, (*path, key))
        if run.extra == "warn" and not self.takes_more:
            unknown = [key for key in mapping if key not in self.fields and key not in self.known]
            run.unknown_keys(path, unknown, self.fields)
            for key in unknown:
                del mapping[key]
        return mapping

    def inside(self) -> Iterable[Plan]:
        """The plans of the fields."""
        return [*self.fields.values(), *self.known.values()]


class Model(Fielded):
    """A model that is made by a call with its fields."""

    __slots__ = ("_arguments", "_make")

    def __init__(self, name: str, form: Any, make: Callable[..., Any]) -> None:
        super().__init__(name, form)
        self._make = make
        self._arguments: tuple[tuple[str, str, Any, Plan, bool], ...] = ()

    def complete(self, fields: Fields) -> None:
        """Give the model its fields: key, argument, plan, and whether it is required."""
        listed = tuple(fields)
        sections = {
            key: Section(model, model.form, plan) for key, _, plan, _ in listed if (model := model_in(plan))
        }
        self._arguments = tuple(
            (key, argument, plan.kind, sections.get(key, plan), must) for key, argument, plan, must in listed
        )
        self.sections = frozenset(sections)
        self.have({key: plan for key, _, plan, _ in listed})

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The object, if every field can be read."""
        mapping = value if type(value) is dict else mapping_in(value, run, path, self.words)
        if mapping is INVALID:
            return INVALID
        before = len(run.problems)
        given = {}
        missing = 0
        for key, argument, kind, plan, is_required in self._arguments:
            child = mapping.get(key, _MISSING)
            if type(child) is kind:
                given[argument] = child
            elif child is not _MISSING:
                given[argument] = plan.read(child, run, (*path, key))
            else:
                missing += 1
                if is_required:
                    run.required(path, key, self.name)
        if len(self._arguments) - missing != len(mapping) and not self.takes_more:
            run.unknown_keys(path, [key for key in mapping if key not in self.fields], self.fields)
        if len(run.problems) != before:
            return INVALID
        failed: Exception | None = None
        try:
            return self._make(**given)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  (it is user code that raises)
            failed = error
        return run.raised(path, self.name, failed)


def model_in(plan: Plan) -> Fielded | None:
    """The model that a plan reads every mapping as; None where it is another type, or one of several."""
    models: list[Fielded] = []
    for one in plan.plans if isinstance(plan, Either) else [plan]:
        if isinstance(one, Fielded):
            models.append(one)
        elif not isinstance(one, (Scalar, Text, OneOf, Member)):
            return None
    return models[0] if len(models) == 1 else None
