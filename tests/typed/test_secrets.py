"""No value of a secret in any text, whoever wrote that."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Literal

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import flat
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError

try:
    import pydantic
except ImportError:  # binding its models needs it, and nothing else does
    pydantic = None
needs_pydantic = pytest.mark.skipif(pydantic is None, reason="binding models of pydantic needs it")

CANARY = "hunter2-correct-horse"


@dataclass(frozen=True)
class AtMost:
    """A constraint, as other libraries write them."""

    max_length: int


def shown(reader, form, path=None):
    """Everything that the error of a binding shows."""
    with pytest.raises(ConfigError) as caught:
        reader.bind(form, path)
    error = caught.value
    chain = "".join(traceback.format_exception(error))
    return "\n".join([str(error), repr(error), repr(error.args), chain])


@dataclass
class Named:
    """A model that says what it was given."""

    user: str
    password: str

    def __post_init__(self):
        raise ValueError(f"{self.user} {self.password}")


@dataclass
class Marked:
    user: str
    password: Annotated[str, veltrix.SECRET]

    def __post_init__(self):
        raise ValueError(f"{self.user} {self.password}")


@dataclass
class Wrong:
    user: int
    password: int


DATA = {"db": {"user": "me", "password": CANARY}}


def secret(kernel):
    return kernel.resolve([kernel.Layer("vault", DATA, secret=["db.password"])])


def test_the_marker():
    import copy
    import pickle

    assert repr(veltrix.SECRET) == "veltrix.SECRET"
    assert pickle.loads(pickle.dumps(veltrix.SECRET)) is veltrix.SECRET
    assert copy.deepcopy(veltrix.SECRET) is veltrix.SECRET


def test_what_a_model_raises_counts_where_nothing_secret_stands(kernel):
    assert "me hunter2" in shown(stack(kernel, DATA), Named, "db")


@pytest.mark.parametrize("path", ["db", None])
def test_what_a_model_raises_over_a_secret_path(kernel, path):
    form = Named if path else dict[str, Named]
    text = shown(secret(kernel), form, path)
    assert "refused by Named" in text
    assert CANARY not in text


def test_what_a_model_raises_over_a_field_that_says_so(kernel):
    text = shown(stack(kernel, DATA), Marked, "db")
    assert "refused by Marked" in text
    assert CANARY not in text


@pytest.mark.parametrize("form", [Wrong, dict[str, int], list[int], tuple[int, int]], ids=repr)
def test_no_text_of_ours_holds_a_value(kernel, form):
    assert CANARY not in shown(stack(kernel, DATA), form, "db")
    assert CANARY not in shown(flat(kernel, db__user=CANARY, db__password=CANARY), form, "db")


@needs_pydantic
def test_pydantic(kernel):
    class Database(pydantic.BaseModel):
        user: str
        password: pydantic.SecretStr

        @pydantic.field_validator("password")
        @classmethod
        def judged(cls, password):
            raise ValueError(password.get_secret_value())

    class Checked(pydantic.BaseModel):
        user: str
        password: str

        @pydantic.model_validator(mode="after")
        def judged(self):
            raise AssertionError(self.password)

    class Dated(pydantic.BaseModel):
        password: pydantic.FutureDate

    for form in (Database, Checked):
        for reader in (secret(kernel), secret(kernel).override({"db.user": "you"})):
            text = shown(reader, form, "db")
            assert f"refused by {form.__name__}" in text
            assert CANARY not in text
    assert CANARY not in shown(stack(kernel, DATA), Database, "db")
    assert "not valid" in shown(secret(kernel), Dated, "db")
    assert CANARY in shown(stack(kernel, DATA), Checked, "db")


@needs_pydantic
def test_a_secret_of_pydantic_is_bound(kernel):
    @dataclass
    class Plain:
        user: str
        password: pydantic.SecretStr

    snapshot = secret(kernel)
    bound = snapshot.bind(Plain, "db")
    assert bound.password.get_secret_value() == CANARY
    assert CANARY not in repr(bound)
    assert snapshot.override({"db.user": "you"}).bind(Plain, "db").user == "you"
    assert secret(kernel).bind(Plain, "db") is bound
    assert snapshot.override({"db.password": "x"}).bind(Plain, "db").password.get_secret_value() == "x"


def test_msgspec(kernel):
    msgspec = pytest.importorskip("msgspec")

    class Database(msgspec.Struct):
        user: str
        password: str

        def __post_init__(self):
            raise ValueError(self.password)

    text = shown(secret(kernel), Database, "db")
    assert "refused by Database" in text
    assert CANARY not in text


def test_a_key_shows_its_path_alone(kernel):
    assert CANARY not in repr(secret(kernel).key("db.password", str))


@dataclass(frozen=True)
class Basic:
    kind: Literal["basic"]
    password: Annotated[str, veltrix.SECRET]


@dataclass(frozen=True)
class Keyed:
    kind: Literal["keyed"]
    key: Annotated[str, veltrix.SECRET] | None = None
    inner: Keyed | Basic | None = None


@dataclass(frozen=True)
class Optional:
    """Fields that are secret in one of several types."""

    one: Annotated[str, veltrix.SECRET] | None
    two: Annotated[Annotated[str, veltrix.SECRET] | None, AtMost(99)]
    three: int | Annotated[bytes, veltrix.SECRET]
    four: Basic | Keyed
    five: list[int] | Keyed


@pytest.mark.chosen
def test_what_is_secret_in_one_of_several_types():
    inner = {"kind": "basic", "password": CANARY}
    keyed = {"kind": "keyed", "key": CANARY, "inner": inner}
    data = {"one": CANARY, "two": CANARY, "three": CANARY, "four": keyed, "five": keyed}
    snapshot = veltrix.load(veltrix.Values(data), schema=Optional)
    for path in ("one", "two", "three", "four.key", "four.inner.password", "five.key"):
        assert snapshot.explain(path).value == "<secret>"
    assert CANARY not in repr(snapshot)
    assert snapshot.settings.one == CANARY
    assert veltrix.load(veltrix.Values(data | {"four": inner}), schema=Optional).settings.four == Basic(
        **inner
    )


@needs_pydantic
def test_fields_of_pydantic_that_may_be_secret(kernel):
    class Perhaps(pydantic.BaseModel):
        user: str
        password: pydantic.SecretStr | None

        @pydantic.model_validator(mode="after")
        def judged(self):
            raise ValueError(self.password.get_secret_value())

    class Login(pydantic.BaseModel):
        user: str
        password: pydantic.SecretStr

    class Token(pydantic.BaseModel):
        token: str

    class Either(pydantic.BaseModel):
        db: Login | Token

        @pydantic.model_validator(mode="after")
        def judged(self):
            raise ValueError(self.db.password.get_secret_value())

    class Number(pydantic.BaseModel):
        pin: Annotated[int, veltrix.SECRET]

        @pydantic.model_validator(mode="after")
        def judged(self):
            raise ValueError(self.pin)

    for form, path in ((Perhaps, "db"), (Either, None)):
        text = shown(stack(kernel, DATA), form, path)
        assert f"refused by {form.__name__}" in text
        assert CANARY not in text
    assert "1234" not in shown(stack(kernel, {"pin": 1234}), Number)


def test_models_that_hold_each_other_have_no_secret_paths():
    # Each of them in each of the others is more paths than anybody can list.
    names = "abcdefghijklmnop"
    models = {name: make_dataclass(name, [(other, " | ".join(names)) for other in names]) for name in names}
    for model in models.values():
        model.__module__ = __name__
    globals().update(models)
    assert Schema(models["a"], "forbid", check_layers=False).secret == ()
